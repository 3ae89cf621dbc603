import type { PreparedCall, ToolResult } from '@atelier/plugin';
import type { LineEnding, WorkspaceError, Workspace } from '@atelier/workspace';
import { describeChange } from './describe-change.ts';
import { changedMeanwhile, failureOf, isWorkspaceError } from './tool-failure.ts';

/** What a tool that writes one file keeps between `prepare` and `run`. */
export interface WritePlan {
  path: string;
  text: string;
  before: string | null;
  after: string;
  lineEnding?: LineEnding;
  summary: string;
}

export interface WriteRequest {
  workspace: Workspace;
  path: string;
  /** The text that is there now, and its hash; null where there is no file, undefined where it is no text. */
  current: { text: string | undefined; hash: string } | null;
  text: string;
  lineEnding?: LineEnding;
  /** Makes the one line that says what was done, from `+3 -1`. */
  summarize(counts: string): string;
}

/** Works out hashes, preview and summary of writing one file. Has no effects. */
export async function planWrite({ workspace, path, current, text, lineEnding, summarize }: WriteRequest): Promise<PreparedCall> {
  const options = lineEnding === undefined ? undefined : { lineEnding };
  const before = current?.hash ?? null;
  const [after, change] = await Promise.all([workspace.files.hashAfterWrite(path, text, options), describeChange(path, current === null ? '' : current.text, text)]);
  const summary = summarize(change.counts);
  const work: WritePlan = { path, text, before, after, summary, ...options };
  return { kind: 'ready', effects: [{ kind: 'write', path, before, after }], summary, preview: change.preview, work };
}

/** Writes what was planned, or nothing when the file is not the one that the plan was made for. */
export async function carryOutWrite(work: unknown, workspace: Workspace): Promise<ToolResult> {
  const plan = work as WritePlan; // made by `planWrite` of the same call
  try {
    const { hash } = await workspace.files.write(plan.path, plan.text, { ifHash: plan.before, ...(plan.lineEnding !== undefined && { lineEnding: plan.lineEnding }) });
    return { status: 'ok', output: plan.summary, writes: { [plan.path]: hash } };
  } catch (error) {
    if (isWorkspaceError(error, 'changed') || isWorkspaceError(error, 'exists')) return changedMeanwhile(plan.path);
    return failureOf(error, hintFor(error));
  }
}

function hintFor(error: unknown): string | undefined {
  // Only a full disk needs a word more than the workspace's own: the model cannot mend it by trying again.
  return isWorkspaceError(error, 'disk-full' satisfies WorkspaceError['code']) ? 'Nothing was written. Ask the person to free space before you go on.' : undefined;
}
