export { createClient } from './create-client.ts';
export type { CallAnswer, CallRequest, Client } from './create-client.ts';
export { ProblemError, UnreachableError } from './problem-error.ts';
export { watchThread } from './watch-thread.ts';
export type { WatchOptions, Watched } from './watch-thread.ts';
