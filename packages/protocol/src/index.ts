export { endpoints, Recorded } from './endpoints.ts';
export type { EndpointName, Endpoints } from './endpoints.ts';
export type { Endpoint } from './endpoint.ts';
export { ClientFrame } from './frames.ts';
export type { Delta } from '@atelier/thread';
export type { ServerFrame } from './frames.ts';
export { Problem, problemCodes } from './problem.ts';
export type { ProblemCode } from './problem.ts';
export { Finding, ModelSummary, SearchHit, ServerFacts, ThreadSummary } from './shapes.ts';
