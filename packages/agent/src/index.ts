export type { AgentParts } from './agent-parts.ts';
export { nextAction } from './next-action.ts';
export type { Action, RunLimits } from './next-action.ts';
export { runAgent } from './run-agent.ts';
export type { Ending } from './run-agent.ts';
export type { RunLog } from './run-log.ts';
export { prepareRunStart } from './start-run.ts';
export { builtInTools } from './tools/built-in-tools.ts';
