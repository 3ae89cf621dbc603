import { expect, test } from 'vitest';
import { askPerson } from './ask-person.ts';
import { openTestFolder } from './open-test-folder.ts';

test('becomes a recorded question', async () => {
  await using folder = await openTestFolder();
  expect(await askPerson.prepare(askPerson.input.parse({ question: 'Which?', options: '["a","b"]' }), folder.scope())).toMatchObject({
    effects: [{ kind: 'ask', question: 'Which?', options: ['a', 'b'] }],
    summary: 'Which?',
  });
});

test('is never run: a person answers it', async () => {
  await using folder = await openTestFolder();
  await expect(folder.call(askPerson, { question: 'Which?' })).rejects.toThrow('its answer must come from a person');
});
