import type { PreparedCall, Tool, ToolResult, ToolScope } from '@atelier/plugin';
import { conflicts, evaluate } from '@atelier/policy';
import type { Evaluation } from '@atelier/policy';
import type { Authority, CallState, Effect, EventData, RunFact } from '@atelier/thread';
import { fingerprintCalls } from '@atelier/thread';
import type { AgentParts } from './agent-parts.ts';
import { rulesHeading } from './conversation.ts';
import { REFUSED_REPETITIONS, repetitions } from './next-action.ts';
import { prepareCall, sentence } from './prepare-call.ts';
import { nestedRules } from './read-rules.ts';
import { recoverCall } from './recover-call.ts';
import type { RunRecorder } from './run-recorder.ts';

/** A call that may run now. */
interface ReadyCall {
  call: CallState;
  tool: Tool;
  prepared: PreparedCall;
  digest: string;
  evaluation: Evaluation;
}

/**
 * Brings calls of one step on as far as they go without a person: in waves of calls that do not conflict, each wave
 * prepared, judged, recorded as started in one commit, then run in parallel. Ends early when a call has to ask.
 */
export async function settleCalls(parts: AgentParts, recorder: RunRecorder, callIds: string[], shownRules: Set<string>): Promise<void> {
  let pending = await wantedCalls(parts, recorder, callIds);
  while (pending.length > 0) {
    parts.log.signal.throwIfAborted();
    const wave = await formWave(parts, recorder, pending);
    if (wave.facts.length > 0) await recorder.record(wave.facts);
    let running = wave.ready.length;
    await allSettled(wave.ready.map(async (ready) => {
      const facts = await runCall(parts, recorder, ready, shownRules);
      running -= 1;
      // The last result goes into the log with what comes next; one that others are still running beside is recorded now.
      if (running === 0) recorder.hold(facts);
      else await recorder.record(facts);
    }));
    if (wave.asks) return;
    pending = wave.deferred;
  }
}

interface Wave {
  /** Recorded together before anything of the wave runs. */
  facts: RunFact[];
  ready: ReadyCall[];
  /** Calls that conflict with one of this wave: prepared again when it has run. */
  deferred: CallState[];
  asks: boolean;
}

async function formWave(parts: AgentParts, recorder: RunRecorder, pending: CallState[]): Promise<Wave> {
  const wave: Wave = { facts: [], ready: [], deferred: [], asks: false };
  const taken: Effect[][] = [];
  const run = recorder.state.run;
  if (run === undefined) return wave;
  const authority = await parts.readAuthority(run.authority.users);
  const repeated = run.verification === undefined && repetitions(run, fingerprintCalls(run.calls)) >= REFUSED_REPETITIONS;
  let needsCheckpoint = false;
  for (const call of pending) {
    const closed = closedAnswer(call, repeated);
    if (closed !== undefined) {
      wave.facts.push(completed(recorder, call, closed));
      continue;
    }
    const scope = toolScope(parts, run.runId, call.callId);
    if (call.started !== undefined) {
      const recovered = await recoverCall(call, call.started, parts, scope);
      if (recovered.kind === 'completed') wave.facts.push(completed(recorder, call, recovered));
      else wave.ready.push({ call, ...recovered, evaluation: evaluationOf(call.started.verdict) });
      continue;
    }
    const prepared = await prepareCall(call, parts.tools, scope);
    if (prepared.kind === 'refused') {
      // It may only be impossible because an earlier call of this wave has not run yet.
      if (taken.some(changesSomething)) wave.deferred.push(call);
      else wave.facts.push(completed(recorder, call, { status: 'failed', output: prepared.reason }));
      continue;
    }
    const effects = prepared.call.effects;
    if (taken.some((other) => conflicts(other, effects))) {
      wave.deferred.push(call);
      taken.push(effects); // whatever conflicts with a deferred call comes after it
      continue;
    }
    taken.push(effects);
    if (call.stage === 'allowed' && call.digest !== prepared.digest) {
      wave.facts.push(completed(recorder, call, { status: 'refused', output: 'What was approved is not what this call would do now, because files changed in between. Read them again and redo the call.' }));
      continue;
    }
    const question = effects.find((effect) => effect.kind === 'ask');
    if (question !== undefined) {
      const asked = { questionId: parts.newId(), callId: call.callId, question: question.question, options: question.options };
      wave.facts.push(recorder.fact('question.asked', asked, { callId: call.callId }));
      wave.asks = true;
      continue;
    }
    const evaluation = judge(parts, recorder, prepared.tool.name, effects, authority);
    if (evaluation.verdict === 'deny') {
      wave.facts.push(completed(recorder, call, { status: 'refused', output: `Not allowed: ${evaluation.reason}` }));
      continue;
    }
    if (evaluation.verdict === 'ask' && call.stage !== 'allowed') {
      wave.facts.push(approvalRequest(parts, recorder, call, prepared, evaluation, authority));
      wave.asks = true;
      continue;
    }
    needsCheckpoint ||= evaluation.needsCheckpoint && run.verification === undefined;
    wave.ready.push({ call, tool: prepared.tool, prepared: prepared.call, digest: prepared.digest, evaluation });
  }
  const starting = wave.ready.filter((ready) => ready.call.started === undefined);
  if (needsCheckpoint) {
    const saved = await saveTree(parts, recorder);
    if ('problem' in saved) {
      // Nothing may be changed that could not be put back.
      wave.facts.push(...starting.map((ready) => completed(recorder, ready.call, { status: 'failed', output: saved.problem })));
      wave.ready = wave.ready.filter((ready) => ready.call.started !== undefined);
      return wave;
    }
    wave.facts.push(saved.fact);
  }
  wave.facts.push(...starting.map((ready) => started(parts, recorder, ready, authority)));
  return wave;
}

async function saveTree(parts: AgentParts, recorder: RunRecorder): Promise<{ fact: RunFact } | { problem: string }> {
  try {
    return { fact: await checkpointFact(parts, recorder, 'before') };
  } catch (error) {
    parts.log.signal.throwIfAborted();
    return { problem: `Nothing was changed, because the files could not be saved for undo: ${sentence(error)}` };
  }
}

/** Saves the files and says so. Throws a WorkspaceError when they cannot be saved. */
export async function checkpointFact(parts: AgentParts, recorder: RunRecorder, when: 'before' | 'after'): Promise<RunFact> {
  const { checkpointId, uncovered, uncoveredCount } = await parts.workspace.checkpoints.create();
  return recorder.fact('checkpoint.created', { checkpointId, when, uncovered: uncovered.slice(0, 50), uncoveredCount });
}

/** The answer to a call that needs no tool any more: it was denied, answered, or repeats itself. */
function closedAnswer(call: CallState, repeated: boolean): { status: EventData['tool.completed']['status']; output: string } | undefined {
  if (call.stage === 'denied') return { status: 'refused', output: call.reply === undefined ? 'A person refused this call. Do not repeat it; choose another way or ask.' : `A person refused this call: ${call.reply}` };
  if (call.stage === 'answered') return { status: 'ok', output: call.reply ?? '' };
  if (repeated && call.stage === 'asked') return { status: 'refused', output: 'You have made exactly this call several times with the same result, so it was not run again. Do something else, or finish and say what stands in the way.' };
  return undefined;
}

/** Runs one call; returns the facts of its end. */
async function runCall(parts: AgentParts, recorder: RunRecorder, ready: ReadyCall, shownRules: Set<string>): Promise<RunFact[]> {
  const { call, tool, prepared } = ready;
  const beganAt = parts.now();
  const scope = toolScope(parts, recorder.state.run?.runId ?? '', call.callId);
  let result: ToolResult;
  let status: EventData['tool.completed']['status'];
  try {
    result = await tool.run(prepared, { ...scope, onOutput: (text) => parts.log.publish({ kind: 'output', callId: call.callId, text }) });
    status = parts.log.signal.aborted && result.status === 'failed' ? 'cancelled' : result.status;
  } catch (error) {
    if (parts.log.signal.aborted) result = { status: 'failed', output: 'Cancelled before it was finished.' };
    else result = { status: 'failed', output: sentence(error) };
    status = parts.log.signal.aborted ? 'cancelled' : 'failed';
  }
  const rules = status === 'ok' ? await rulesFor(parts, prepared.effects, shownRules) : '';
  const whole = result.wholeOutputPath === undefined ? {} : { whole: await parts.log.keepFile(result.wholeOutputPath) };
  const { reads, writes, exitCode } = result;
  const fact = completed(recorder, call, {
    status,
    output: clamp(result.output) + rules,
    ...whole,
    ...(reads && { reads }),
    ...(writes && { writes }),
    ...(exitCode !== undefined && { exitCode }),
    durationMs: parts.now() - beganAt,
  });
  return result.plan === undefined ? [fact] : [recorder.fact('plan.updated', { items: result.plan }, { callId: call.callId }), fact];
}

function judge(parts: AgentParts, recorder: RunRecorder, tool: string, effects: Effect[], authority: Authority): Evaluation {
  const { run, grants } = recorder.state;
  return evaluate({
    tool,
    effects,
    mode: run?.mode ?? 'plan',
    authority,
    sandbox: parts.workspace.sandbox.kind,
    layers: parts.layers,
    grants: grants.map((grant) => grant.shape),
    facts: {
      root: parts.workspace.root,
      isSecret: (path) => parts.workspace.files.isSecret(path),
      checks: parts.checks.map((check) => check.command),
      allowedHosts: parts.allowedHosts,
    },
  });
}

function approvalRequest(parts: AgentParts, recorder: RunRecorder, call: CallState, prepared: { tool: Tool; call: PreparedCall; digest: string }, evaluation: Evaluation, authority: Authority): RunFact {
  const { effects, summary, preview } = prepared.call;
  return recorder.fact('approval.requested', {
    approvalId: parts.newId(), callId: call.callId, tool: call.tool, digest: prepared.digest, effects, summary,
    ...(preview !== undefined && { preview }),
    verdict: verdictOf(parts, evaluation),
    eligible: authority.rights.includes('approve') ? authority.users : [],
    ...(evaluation.grant !== undefined && { grant: { tool: call.tool, shape: evaluation.grant.shape, describes: evaluation.grant.describes } }),
  }, { callId: call.callId });
}

function started(parts: AgentParts, recorder: RunRecorder, ready: ReadyCall, authority: Authority): RunFact {
  const { call, tool, prepared, digest, evaluation } = ready;
  const { effects, summary, preview } = prepared;
  return recorder.fact('tool.started', {
    callId: call.callId, tool: tool.name, digest, effects, summary,
    ...(preview !== undefined && { preview }),
    replay: tool.replay, authority, verdict: verdictOf(parts, evaluation),
    ...(call.approvalId !== undefined && { approvalId: call.approvalId }),
  }, { callId: call.callId });
}

function completed(recorder: RunRecorder, call: CallState, data: Omit<EventData['tool.completed'], 'callId' | 'tool' | 'durationMs'> & { durationMs?: number }): RunFact {
  return recorder.fact('tool.completed', { callId: call.callId, tool: call.tool, durationMs: 0, ...data }, { callId: call.callId });
}

function verdictOf(parts: AgentParts, { verdict, rule, reason }: Evaluation): EventData['tool.started']['verdict'] {
  return { verdict, rule, reason, policyVersion: parts.policyVersion };
}

function evaluationOf(verdict: EventData['tool.started']['verdict']): Evaluation {
  return { ...verdict, destructive: false, readOnly: false, needsCheckpoint: false };
}

/** The calls as the model asked for them: long inputs are put back. */
async function wantedCalls(parts: AgentParts, recorder: RunRecorder, callIds: string[]): Promise<CallState[]> {
  const calls = recorder.state.run?.calls.filter((call) => callIds.includes(call.callId)) ?? [];
  return Promise.all(calls.map(async (call) => ({ ...call, input: await parts.log.restore(call.input) })));
}

function toolScope(parts: AgentParts, runId: string, callId: string): ToolScope {
  return {
    workspace: parts.workspace, threadId: parts.log.threadId, runId, callId, signal: parts.log.signal,
    readEarlierOutput: async (id) => {
      for await (const event of parts.log.readEvents(0)) {
        if (event.type !== 'tool.completed' || event.data.callId !== id) continue;
        if (event.data.whole !== undefined) return parts.log.loadText(event.data.whole.blob);
        return typeof event.data.output === 'string' ? event.data.output : parts.log.loadText(event.data.output.blob);
      }
      return undefined;
    },
  };
}

function changesSomething(effects: Effect[]): boolean {
  return effects.some((effect) => effect.kind === 'write' || effect.kind === 'delete' || effect.kind === 'run');
}

/** The rules of the folders that a call entered for the first time, told with its result. */
async function rulesFor(parts: AgentParts, effects: Effect[], shownRules: Set<string>): Promise<string> {
  let text = '';
  for (const effect of effects) {
    if (effect.kind !== 'read' && effect.kind !== 'write') continue;
    for (const rules of await nestedRules(parts.workspace, effect.path, shownRules)) text += `\n\n${rulesHeading(rules.path)}\n${rules.text}`;
  }
  return text;
}

const MAX_OUTPUT_CHARACTERS = 100_000;

/** Tools shorten their own output sensibly; this only guards the prompt against one that does not. */
function clamp(output: string): string {
  if (output.length <= MAX_OUTPUT_CHARACTERS) return output;
  const half = MAX_OUTPUT_CHARACTERS / 2;
  return `${output.slice(0, half)}\n… (${output.length - MAX_OUTPUT_CHARACTERS} characters left out) …\n${output.slice(-half)}`;
}

/** Waits for all, then throws the first failure: no call of a wave is left running unobserved. */
async function allSettled(promises: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
