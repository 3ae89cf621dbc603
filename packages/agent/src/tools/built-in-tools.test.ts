import { expect, test } from 'vitest';
import { z } from 'zod';
import { builtInTools } from './built-in-tools.ts';

test('has the tools of the product in a stable order, each name once', () => {
  expect(builtInTools.map((tool) => tool.name)).toEqual([
    'read_file', 'list_directory', 'glob', 'grep', 'edit_file', 'write_file', 'move_file', 'delete_file',
    'run_command', 'read_output', 'stop_command', 'git_status', 'git_diff', 'update_plan', 'ask_person',
  ]);
});

test('declares all tools in at most 8.5 KB of JSON', () => {
  const declared = builtInTools.map((tool) => {
    const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { target: 'draft-7', io: 'input' });
    return { name: tool.name, description: tool.description, inputSchema };
  });
  expect(Buffer.byteLength(JSON.stringify(declared))).toBeLessThanOrEqual(8500);
  for (const { inputSchema } of declared) expect(inputSchema).toMatchObject({ type: 'object', properties: {} });
  expect(JSON.stringify(declared)).not.toContain('additionalProperties');
});
