import type { Watched } from '@atelier/client';
import type { TimelineItem } from '@atelier/thread';
import { describeCall } from '../terminal/describe-call.ts';
import { formatCount } from '../terminal/figures.ts';

/** What the agent is busy with, for the line with the spinner. */
export interface Activity {
  label: string;
  /** When it began, ms. */
  since: number;
}

/** The activity after something came; undefined when nothing is under way. */
export function nextActivity(activity: Activity | undefined, watched: Watched, items: readonly TimelineItem[], running: ReadonlyMap<string, TimelineItem>, now: number): Activity | undefined {
  const change = (label: string): Activity => (activity?.label === label ? activity : { label, since: now });
  if (watched.type === 'lost') return change('connecting to the server again');
  if (watched.type === 'live') return activity;
  if (watched.type === 'delta') {
    const { delta } = watched;
    if (delta.kind === 'text') return change('answering');
    if (delta.kind === 'reasoning') return change('thinking');
    if (delta.kind === 'call') return { ...change(`preparing ${delta.tool}`), label: delta.inputBytes > 2048 ? `preparing ${delta.tool} (${formatCount(delta.inputBytes)}B)` : `preparing ${delta.tool}` };
    if (delta.kind === 'problem') return change(delta.message);
    return delta.kind === 'restart' ? change(`asking the model again (attempt ${delta.attempt})`) : activity;
  }
  const { event } = watched;
  if (event.type === 'run.finished') return undefined;
  if (event.type === 'message.sent' || event.type === 'run.started') return change('starting');
  if (event.type === 'step.started') return change('waiting for the model');
  const calls = [...running.values()].filter((item) => item.kind === 'call');
  if (calls.length === 1 && calls[0] !== undefined) return change(describeCall(calls[0], 60));
  if (calls.length > 1) return change(`${calls.length} tools`);
  return event.type === 'tool.completed' || event.type === 'step.completed' || items.length > 0 ? change('working') : activity;
}
