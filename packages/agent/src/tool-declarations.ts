import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import type { Tool } from '@atelier/plugin';
import { z } from 'zod';

const made = new WeakMap<readonly Tool[], LanguageModelV4FunctionTool[]>();

/** The tools as a model is told of them, in a stable order. Made once for a list of tools. */
export function toolDeclarations(tools: readonly Tool[]): LanguageModelV4FunctionTool[] {
  let declarations = made.get(tools);
  if (declarations === undefined) {
    declarations = tools.map((tool) => ({ type: 'function', name: tool.name, description: tool.description, inputSchema: inputSchema(tool) }));
    made.set(tools, declarations);
  }
  return declarations;
}

function inputSchema(tool: Tool): LanguageModelV4FunctionTool['inputSchema'] {
  // `io: input`: what the model sends, before defaults are filled in. Draft 7 is what providers understand.
  const schema = z.toJSONSchema(tool.input, { target: 'draft-7', io: 'input' });
  delete schema.$schema;
  return schema as LanguageModelV4FunctionTool['inputSchema'];
}
