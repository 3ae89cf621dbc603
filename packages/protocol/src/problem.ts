import { z } from 'zod';
import { refusalCodes } from '@atelier/thread';

/** Stable codes of problems; a client may branch on them, never on the text. */
export const problemCodes = [
  ...refusalCodes,
  'unauthorized', 'forbidden-host', 'forbidden-origin', 'not-found', 'method-not-allowed', 'invalid-request', 'body-too-large',
  'unsupported-media-type', 'blob-not-found', 'import-invalid', 'model-unknown', 'workspace-unavailable', 'too-many-requests', 'storage-full', 'storage-busy', 'internal',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** The one problem body (RFC 9457, `application/problem+json`). */
export const Problem = z.object({
  type: z.string().describe('A URI that names the kind of problem: `urn:atelier:problem:<code>`.'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().describe('What happened and what to do next, for people.'),
  code: z.enum(problemCodes),
  requestId: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional().describe('For `invalid-request`: each field that is wrong.'),
});
export type Problem = z.infer<typeof Problem>;
