export { decide, closeFork, closeImport, messagesForNextRun } from './decide.ts';
export type { Decision } from './decide.ts';
export { evolve, fingerprintCalls, usersOf } from './evolve.ts';
export { fingerprint } from './fingerprint.ts';
export { WireCommand, refusalCodes } from './commands.ts';
export type { Command, CommandBody, Refusal, RefusalCode, RunFact, ServerCommand } from './commands.ts';
export type { Delta } from './delta.ts';
export { Effect, Hash } from './effect.ts';
export {
  CallStatus, Cause, FileDifference, Grant, Outcome, RunError, Verdict, Verified, eventData, eventSchema, parseEvent,
} from './events.ts';
export type { Event, EventData, EventOf, EventType, NewEvent } from './events.ts';
export { Id, createIdMaker } from './ids.ts';
export { BlobText, INLINE_BYTES, LongText, isBlobText, replaceLongTexts, restoreLongTexts, shownText, utf8Length } from './long-text.ts';
export { MessagePart, PlanItem, ProviderFacts, StepPart, ToolCallPart, Usage } from './parts.ts';
export { Authority, Mode, Principal, Right } from './principal.ts';
export { awaitsPerson, initialState, isWaiting, noUsage, threadStatus } from './state.ts';
export type { CallState, FinishedRun, QueuedMessage, RunState, ThreadState, ThreadStatus } from './state.ts';
export { upcast } from './upcast.ts';
export { Timeline, timeline } from './timeline.ts';
export type { CallItem, TimelineItem, Viewer } from './timeline.ts';
