import { defineTool } from '@atelier/plugin';
import type { PlanItem } from '@atelier/plugin';
import { z } from 'zod';
import { forgivingObject, toolInput } from './tool-input.ts';

const MAX_ITEMS = 50;

/** Replaces the thread's plan, which people watch. */
export const updatePlan = defineTool({
  name: 'update_plan',
  description: 'Replaces the plan that people see. For work of several steps; send all items, one of them active.',
  input: toolInput({
    items: z.array(forgivingObject({ text: z.string().min(1), status: z.preprocess(usualStatus, z.enum(['open', 'active', 'done', 'dropped'])) })),
  }),
  replay: 'safe',
  prepare: async ({ items }) => {
    if (items.length > MAX_ITEMS) return { kind: 'refused', reason: `The plan has ${items.length} items; give at most ${MAX_ITEMS}.` };
    return { kind: 'ready', effects: [{ kind: 'plan' }], summary: describePlan(items), work: items };
  },
  run: async (prepared) => ({ status: 'ok', output: prepared.summary, plan: prepared.work as PlanItem[] }), // made by `prepare` above
});

/** The words of other products' plans. */
function usualStatus(status: unknown): unknown {
  if (status === 'pending' || status === 'todo') return 'open';
  if (status === 'in_progress') return 'active';
  if (status === 'completed') return 'done';
  return status === 'cancelled' ? 'dropped' : status;
}

function describePlan(items: readonly PlanItem[]): string {
  if (items.length === 0) return 'The plan is empty now';
  const done = items.filter((item) => item.status === 'done').length;
  const active = items.find((item) => item.status === 'active');
  return `Plan: ${done} of ${items.filter((item) => item.status !== 'dropped').length} done${active === undefined ? '' : `; now: ${active.text}`}`;
}
