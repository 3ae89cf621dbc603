import type { z } from 'zod';

/** One call of the API: the server binds a route to it, the client calls it, the OpenAPI document is made of it. */
export interface Endpoint<Path extends z.ZodObject = z.ZodObject, Query extends z.ZodObject = z.ZodObject, Body extends z.ZodType = z.ZodType, Answer extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** With `{name}` for each field of `path`. */
  url: string;
  summary: string;
  tag: string;
  path: Path;
  query: Query;
  /** Undefined: no body. */
  body: Body | undefined;
  status: 200 | 201 | 202 | 204;
  answer: Answer;
  /** Content type of the answer where it is not JSON: then `answer` is a string or a stream. */
  media?: string;
  /** Largest body, bytes; 1 MiB by default. */
  maxBodyBytes?: number;
  /** Answered without a token. */
  open?: boolean;
}
