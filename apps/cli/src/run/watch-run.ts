import type { CallItem } from '@atelier/thread';
import type { Connection } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeCall } from '../terminal/describe-call.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { followRun } from './follow-run.ts';
import type { RunEnd } from './follow-run.ts';

export interface WatchRunOptions {
  surroundings: Surroundings;
  connection: Connection;
  threadId: string;
  after: number;
  messageId?: string | undefined;
  runId?: string | undefined;
  /** JSON lines instead of text; with deltas when `deltas`. */
  json: boolean;
  deltas: boolean;
  /** The words come from a script, and it is known before the run says so: every line of JSON says it. */
  scripted?: boolean;
  /** Show people's messages too. */
  showMessages?: boolean;
}

/**
 * Shows a run until it ends and sets the exit code. Ctrl+C cancels the run and waits for its end; again within two
 * seconds leaves at once. Where nobody can be asked, a run that waits is left waiting: nothing is lost.
 */
export async function watchRun(options: WatchRunOptions): Promise<void> {
  const { surroundings, connection, threadId, json } = options;
  const { stdout, style } = surroundings;
  // What only people see, with the Markdown parser behind it, is not loaded for programs.
  const printer = json ? undefined : (await import('./run-printer.ts')).createRunPrinter(surroundings, options.showMessages === true);
  const leave = new AbortController();
  const stopListening = listenForInterrupts(surroundings, cancel);
  let asking = Promise.resolve();
  let askFailure: unknown;
  let scripted = options.scripted === true;
  const ask = (call: CallItem): void => {
    if (printer === undefined) return;
    asking = asking.then(async () => {
      if (call.stage !== 'awaits-approval' && call.stage !== 'awaits-answer') return; // answered meanwhile, elsewhere
      const { askPerson } = await import('./ask-person.ts');
      if (await askPerson(call, { surroundings, connection, threadId, printer, signal: leave.signal }) === 'cancel') process.emit('SIGINT');
    }).catch((error: unknown) => {
      if (leave.signal.aborted) return;
      askFailure = error;
      leave.abort();
    });
  };
  let end: RunEnd;
  try {
    end = await followRun({
      connection, threadId, after: options.after, messageId: options.messageId, runId: options.runId, signal: leave.signal,
      onQuestion: json || !surroundings.interactive ? undefined : ask,
      onWatched(watched, items) {
        if (printer !== undefined) return printer.show(watched, items);
        if (watched.type === 'event' && watched.event.type === 'run.started') scripted = watched.event.data.scripted;
        if (watched.type === 'event') writeLine({ type: 'event', event: watched.event });
        else if (watched.type === 'delta' && options.deltas) writeLine(watched);
      },
    });
  } finally {
    leave.abort();
    stopListening();
    printer?.close();
    await asking;
  }
  if (askFailure !== undefined) throw askFailure;
  surroundings.exitCode = end.kind === 'finished' ? exitCodeOf(end.event.data.outcome, end.event.data.verified) : end.kind === 'waiting' ? exitCodes.waiting : end.kind === 'stands-still' ? exitCodes.failed : exitCodes.cancelled;
  if (json) writeLine(resultLine(end, threadId, surroundings.exitCode));
  else stdout.write(`${closingLines(end, threadId, style).join('\n')}\n`);

  function writeLine(line: object): void {
    stdout.write(`${JSON.stringify(scripted ? { ...line, note: 'scripted model' } : line)}\n`);
  }

  function cancel(): void {
    printer?.print([style.yellow('■ cancelling; Ctrl+C again leaves at once')]);
    connection.client.call('sendCommand', { path: { threadId }, body: { commandId: surroundings.newId(), command: { type: 'cancel-run' } } }).catch((error: unknown) => {
      surroundings.stderr.write(`The run could not be cancelled: ${error instanceof Error ? error.message : String(error)}\n`);
    });
  }
}

/** Calls `cancel` at the first SIGINT, SIGTERM or SIGHUP; the second SIGINT within two seconds ends the process with 130. */
function listenForInterrupts(surroundings: Surroundings, cancel: () => void): () => void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    if (firstAt !== undefined && surroundings.now() - firstAt < 2_000) process.exit(exitCodes.cancelled);
    firstAt = surroundings.now();
    cancel();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return () => { for (const signal of signals) process.off(signal, onSignal); };
}

/** The last JSON line of a run. */
export function resultLine(end: RunEnd, threadId: string, exitCode: number): Record<string, unknown> {
  if (end.kind === 'finished') {
    const { runId, outcome, verified, summary, error, usage, costUsd, steps, files } = end.event.data;
    return { type: 'result', exitCode, outcome, verified, threadId, runId, summary, steps, usage, costUsd, files: files ?? [], error, scripted: end.scripted };
  }
  if (end.kind === 'stands-still') return { type: 'result', exitCode, outcome: 'stands-still', threadId, error: { code: 'stands-still', message: end.message } };
  if (end.kind === 'left') return { type: 'result', exitCode, outcome: 'left', threadId };
  const waiting = end.calls.map((call) => ({ tool: call.tool, summary: describeCall(call, 200), approvalId: call.approval?.approvalId, questionId: call.question?.questionId, question: call.question?.question }));
  return { type: 'result', exitCode, outcome: 'waiting', threadId, runId: end.runId, waiting, scripted: end.scripted };
}

function closingLines(end: RunEnd, threadId: string, style: Surroundings['style']): string[] {
  if (end.kind === 'waiting') {
    return [
      '', style.yellow(`? ${end.calls.length === 1 ? 'The run waits for you' : `The run waits for ${end.calls.length} answers`}; it keeps its place.`),
      ...end.calls.map((call) => `  ${describeCall(call, 100)}`),
      ...end.calls.flatMap((call) => (call.question === undefined ? [] : [`  ${style.dim('answer:')}  atelier thread resume ${threadId} "your answer"`])).slice(0, 1),
      ...end.calls.flatMap((call) => (call.approval === undefined ? [] : [`  ${style.dim('allow:')}   atelier thread resume ${threadId} --approve`, `  ${style.dim('deny:')}    atelier thread resume ${threadId} --deny "why"`])).slice(0, 2),
    ];
  }
  if (end.kind === 'stands-still') return [style.dim(`  thread ${threadId}`), style.dim(`  when it is mended: atelier thread resume ${threadId}`)];
  const changed = end.kind === 'finished' && (end.event.data.files?.length ?? 0) > 0;
  const scripted = end.kind === 'finished' && end.scripted ? [style.yellow('  scripted model')] : [];
  const hints = [`atelier run --continue "…"`, ...(changed ? [`atelier thread undo ${threadId}`] : [])].map((hint) => style.dim(`  ${hint}`));
  return [...scripted, style.dim(`  thread ${threadId}`), ...hints];
}
