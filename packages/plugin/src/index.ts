export { defineTool } from './tool.ts';
export type { Preparation, PreparedCall, RefusedPreparation, RunScope, Tool, ToolResult, ToolScope } from './tool.ts';
export type { Effect, PlanItem } from '@atelier/thread';
