import { expect, test } from 'vitest';
import { openTestFolder } from './open-test-folder.ts';
import { updatePlan } from './update-plan.ts';

test('hands the plan over and says where it stands', async () => {
  await using folder = await openTestFolder();
  const items = [{ text: 'find', status: 'done' }, { text: 'mend', status: 'active' }, { text: 'skip', status: 'dropped' }];
  expect(await folder.call(updatePlan, { items })).toEqual({ status: 'ok', output: 'Plan: 1 of 2 done; now: mend', plan: items });
  expect(await updatePlan.prepare({ items }, folder.scope())).toMatchObject({ effects: [{ kind: 'plan' }] });
});

test("takes the words of other products' plans, and names a status that is none", async () => {
  await using folder = await openTestFolder();
  expect((await folder.call(updatePlan, { todos: [{ content: 'mend', status: 'in_progress' }] })).plan).toEqual([{ text: 'mend', status: 'active' }]);
  expect(updatePlan.input.safeParse({ items: [{ text: 'x', status: 'soon' }] }).error?.issues[0]?.path).toEqual(['items', 0, 'status']);
});
