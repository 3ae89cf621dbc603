import type { AgentParts } from './agent-parts.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Begins a verification: the project's checks become calls, which go the same way as a model's calls. */
export async function startVerification(parts: AgentParts, recorder: RunRecorder, round: number): Promise<void> {
  const checks = parts.checks.map((check) => ({ callId: parts.newId(), name: check.name, command: check.command }));
  await recorder.record([recorder.fact('verification.started', { round, checks })]);
}

/** Exit codes by which a shell says that there is no such command, or that it cannot be run: then nothing was checked. */
const NOT_RUN = new Set([126, 127]);

/** Ends a verification: reads what the checks' calls came back with. */
export async function concludeVerification(recorder: RunRecorder): Promise<void> {
  const verification = recorder.state.run?.verification;
  if (verification === undefined) return;
  const results = verification.checks.map((check) => ({ check, result: recorder.conversation.checkResults.get(check.callId) }));
  const ran = results.filter(({ result }) => (result?.status === 'ok' || result?.status === 'failed') && !NOT_RUN.has(result.exitCode ?? 0));
  const failures = ran.flatMap(({ check, result }) => {
    if (result === undefined || result.status === 'ok') return [];
    return [{ name: check.name, command: check.command, output: result.output }];
  });
  await recorder.record([recorder.fact('verification.completed', { round: verification.round, passed: failures.length === 0, checked: ran.length, failures })]);
}
