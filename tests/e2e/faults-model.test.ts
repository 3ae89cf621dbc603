import { describe, expect, test } from 'vitest';
import type { ScriptedAnswer } from '@atelier/models/testing';
import { goOn, openFaultPlace, until, wentOn } from './fault-place.ts';
import type { FaultPlaceOptions } from './fault-place.ts';

const edit: ScriptedAnswer = { toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'alpha', new: 'beta' }] } }] };
const mark: ScriptedAnswer = { text: 'I leave a mark.', toolCalls: [{ name: 'run_command', input: { command: 'echo once >> marks.txt' } }] };
const done: ScriptedAnswer = { text: 'Everything is done.' };
const twice = { retries: { attempts: 2 } };
const impatient = { timeouts: { idleMs: 400 } };

interface Fault extends Omit<FaultPlaceOptions, 'script'> {
  script: ScriptedAnswer[] | (() => ScriptedAnswer);
  exit: number;
  /** What a person must read: what happened, and what to do. */
  says: RegExp[];
  /** What the model must be told about its call. */
  told?: RegExp;
  /** `a.txt` afterwards. */
  after?: string;
  /** How often the model was asked in the faulty run. */
  requests?: number;
}

const overcome: Record<string, Fault> = {
  '429 without Retry-After, twice: waited for and asked again': { script: [{ status: 429 }, { status: 429 }, edit, done], exit: 0, says: [/limits the rate of requests \(429\).*asking again in .*attempt 2.*attempt 3/], after: 'beta\n', requests: 4 },
  '500 from the provider: asked again': { script: [edit, { status: 500 }, done], exit: 0, says: [/problem of its own \(500\).*asking again/], after: 'beta\n', requests: 3 },
  'a model that stops answering: given up after the idle time and asked again': { script: [{ hang: true }, edit, { text: 'Half an answer', hang: 4 }, done], config: impatient, exit: 0, says: [/sent nothing for 400 milliseconds.*asking again/], after: 'beta\n', requests: 4 },
  'a stream cut once: asked again': { script: [edit, { text: 'The file is changed and', cutAfter: 8 }, done], exit: 0, says: [/broke off.*asking again/], after: 'beta\n', requests: 3 },
  'a stream cut three times in a row: asked again each time': { script: [{ ...edit, text: 'I', cutAfter: 1 }, { text: 'x', endAfter: 1 }, { text: 'I', streamError: { after: 1 } }, edit, done], exit: 0, says: [/attempt 4/], after: 'beta\n', requests: 5 },
  'malformed tool JSON: the model is told and mends it': { script: [{ toolCalls: [{ name: 'edit_file', rawInput: '{"path": "a.txt", "edits": [{' }] }, edit, done], exit: 0, says: [/not valid JSON.*Done/], after: 'beta\n' },
  'an unknown tool: the model is told which tools there are': { script: [{ toolCalls: [{ name: 'teleport', input: {} }] }, done], exit: 0, says: [/There is no tool "teleport"/], told: /There is no tool "teleport"\. The tools are: .*edit_file/ },
  'wrong argument types: the model is told which field': { script: [{ toolCalls: [{ name: 'read_file', input: { path: { file: 7 } } }] }, done], exit: 0, says: [/does not fit/], told: /path: .*Send the call again/ },
  'an edit that does not match: the model is shown the nearest text with line numbers': { files: { 'a.txt': 'one\nconst alpha = 1;\nthree\n' }, script: [{ toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'const alpho = 2;', new: 'x' }] } }] }, done], exit: 0, says: [/a\.txt/], told: /2.*const alpha = 1;/, after: 'one\nconst alpha = 1;\nthree\n' },
  'an edit that is ambiguous: refused with the candidates': { files: { 'a.txt': 'alpha\nalpha\n' }, script: [edit, done], exit: 0, says: [/a\.txt/], told: /1[\s\S]*2/, after: 'alpha\nalpha\n' },
  'an edit that differs in white space only: applied': { files: { 'a.txt': 'if (x) {\n    alpha();\n}\n' }, script: [{ toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', edits: [{ old: 'if (x)  {\n\talpha();\n}', new: 'if (x) {\n\tbeta();\n}' }] } }] }, done], exit: 0, says: [/Done/], told: /white space/, after: 'if (x) {\n    beta();\n}\n' },
  'an empty answer: asked again': { script: [{}, edit, {}, done], exit: 0, says: [/empty answer.*asking again/], after: 'beta\n' },
  'an answer over the window, once: the conversation is shortened and sent again': { script: [edit, { status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' }, done], exit: 0, says: [/Everything is done/], after: 'beta\n' },
  'an answer at its length limit in a tool call: the model is told and sends less': { script: [{ toolCalls: [{ name: 'write_file', rawInput: '{"path": "b.txt", "content": "much' }], finish: 'length' }, edit, done], exit: 0, says: [/Done/], after: 'beta\n' },
};

const endured: Record<string, Fault> = {
  '429 without end: the run fails with what to do': { script: () => ({ status: 429 }), config: twice, exit: 1, says: [/Failed.*limits the rate of requests \(429\).*Wait a little, or choose another model/], requests: 2 },
  '429 with a Retry-After longer than allowed: told at once': { script: () => ({ status: 429, headers: { 'retry-after': '3600' } }), config: { retries: { maxRetryAfterMs: 1000 } }, exit: 1, says: [/limits the rate.*Wait a little/], requests: 1 },
  '500 without end: the run fails with what to do': { script: () => ({ status: 500 }), config: twice, exit: 1, says: [/Failed.*problem of its own \(500\).*Try again later/], requests: 2 },
  'a model that never answers: the run fails and names the setting': { script: () => ({ hang: true }), config: { ...impatient, ...twice }, exit: 1, says: [/sent nothing for 400 milliseconds.*timeouts\.idleMs/], requests: 2 },
  'a stream that is always cut: the run fails with what to do': { script: () => ({ text: 'Half', cutAfter: 2 }), config: twice, exit: 1, says: [/broke off\. Check the network, then try again/], requests: 2 },
  'empty answers without end: the run fails with what to do': { script: () => ({}), exit: 1, says: [/empty answer\. Say more exactly what is wanted, or choose another model/], requests: 3 },
  'the same call without end: not run again, then the run is stopped': { script: () => ({ toolCalls: [{ name: 'read_file', input: { path: 'a.txt' } }] }), exit: 1, says: [/made the same call .* times with the same result, so the run was stopped\. Tell it what to try instead/] },
  'the same words without end: the answer is stopped': { script: () => ({ text: 'I will try this once more. '.repeat(4000), deltaSize: 50 }), exit: 1, says: [/repeated the same words without end.*Send the message again, or use another model/], requests: 1 },
  'a conversation over the window, always: the run fails with what to do': { script: () => ({ status: 400, message: 'maximum context length is 8192 tokens' }), exit: 1, says: [/longer than .* can read.*Start a new thread, or choose a model with a larger window/] },
  'a wrong key (401): told at once, and the key is not shown': { script: () => ({ status: 401, message: 'Incorrect API key provided: sk-fault-0123456789abcdef.' }), exit: 1, says: [/refused the key \(401\).*Check the key/], requests: 1 },
  'an unknown model (404): told at once': { script: () => ({ status: 404 }), exit: 1, says: [/was not found \(404\).*atelier models/], requests: 1 },
  'malformed tool JSON without end: the run ends': { script: () => ({ toolCalls: [{ name: 'edit_file', rawInput: '{"path": ' }] }), exit: 1, says: [/made the same call/] },
};

for (const [group, faults] of Object.entries({ 'a fault that is overcome': overcome, 'a fault that lasts': endured })) {
  describe(group, () => {
    for (const [name, { exit, says, told, after = 'alpha\n', requests, script, ...options }] of Object.entries(faults)) {
      test(name, async () => {
        const lasting = typeof script === 'function';
        await using place = await openFaultPlace({ ...options, script });
        const run = await place.start('run', '--yes', 'change alpha to beta');
        expect(run.exitCode, run.said).toBe(exit);
        for (const sentence of says) expect(run.said).toMatch(sentence);
        if (told !== undefined) expect(place.asked.map((request) => request.lastToolResults.map((result) => result.text).join('\n')).join('\n')).toMatch(told);
        if (requests !== undefined) expect(place.asked.length).toBe(requests);
        expect(run.said).not.toContain('sk-fault-0123456789abcdef');
        expect(await place.text('a.txt')).toBe(lasting ? 'alpha\n' : after);

        // The thread can be gone on with.
        const next = await place.start('run', '--continue', '--yes', goOn);
        expect(next.exitCode, next.said).toBe(0);
        expect(next.said).toContain(wentOn);
        expect(place.asked.at(-1)?.messages[0]?.text).toContain('change alpha to beta');
      });
    }
  });
}

test('429 with Retry-After: waited for as long as the provider asks', async () => {
  await using place = await openFaultPlace({ script: [{ status: 429, headers: { 'retry-after': '1' } }, done] });
  const run = await place.start('run', '--yes', 'answer');
  expect(run.exitCode, run.said).toBe(0);
  expect(run.said).toMatch(/limits the rate.*asking again in 1/);
  const [first, second] = place.model.requests;
  expect((second?.receivedAt ?? 0) - (first?.answeredAt ?? 0)).toBeGreaterThanOrEqual(990);
});

const formats: Record<string, (url: string) => Record<string, string>> = {
  'OpenAI': () => ({}),
  'Anthropic': (url) => ({ OPENAI_API_KEY: '', ANTHROPIC_API_KEY: 'sk-ant-fault-0123456789', ANTHROPIC_BASE_URL: url }),
  'Gemini': (url) => ({ OPENAI_API_KEY: '', GEMINI_API_KEY: 'AIza-fault-0123456789', GOOGLE_GEMINI_BASE_URL: url }),
};
for (const [name, environment] of Object.entries(formats)) {
  test(`a stream of ${name} cut in the middle of a tool call: nothing is recorded or done twice`, async () => {
    await using place = await openFaultPlace({ script: [{ ...mark, cutAfter: 'tool-call', deltaSize: 4 }, { ...mark, cutAfter: 'tool-call', deltaSize: 4 }, mark, done] });
    Object.assign(place.env, environment(place.model.url));
    if (name !== 'OpenAI') for (const variable of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL']) delete place.env[variable];
    const run = await place.start('run', '--yes', 'leave a mark');
    expect(run.exitCode, run.said).toBe(0);
    expect(await place.text('marks.txt')).toBe('once\n');
    const events = await place.events();
    expect(events.filter((event) => event.type === 'tool.started')).toHaveLength(1);
    expect(events.filter((event) => JSON.stringify(event.data).includes('I leave a mark.'))).toHaveLength(1);
  });
}

for (const [what, answer] of Object.entries<ScriptedAnswer>({ 'says nothing': { hang: true }, 'is waited for after a 429': { status: 429, headers: { 'retry-after': '60' } } })) {
  test(`Ctrl+C while the model ${what}: cancelled at once with 130, and the thread goes on`, async () => {
    await using place = await openFaultPlace({ script: () => answer });
    const running = place.start('run', '--yes', 'change alpha to beta');
    await until('the model is asked', () => place.asked.length === 1);
    const pressedAt = performance.now();
    process.kill(-(running.child.pid ?? 0), 'SIGINT');
    const run = await running;
    expect(run.exitCode, run.said).toBe(130);
    expect(performance.now() - pressedAt).toBeLessThan(1000);
    const next = await place.start('run', '--continue', '--yes', goOn);
    expect(next.said).toContain(wentOn);
  });
}

test('connection refused: told with the address, and the thread goes on when the server is there', async () => {
  await using place = await openFaultPlace({ script: [], config: twice, environment: { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' } });
  const run = await place.start('run', '--yes', 'change alpha to beta');
  expect(run.exitCode, run.said).toBe(1);
  expect(run.said).toMatch(/Nothing answers at http:\/\/127\.0\.0\.1:1\/v1\. Start the server there, or correct the base URL/);
  place.env['OPENAI_BASE_URL'] = `${place.model.url}/v1`;
  const next = await place.start('thread', 'resume', await place.threadId(), goOn);
  expect(next.exitCode, next.said).toBe(0);
  expect(next.said).toContain(wentOn);
});

test('no model at all: told how to give one', async () => {
  await using place = await openFaultPlace({ script: [] });
  for (const variable of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL', 'OLLAMA_HOST']) delete place.env[variable];
  const run = await place.start('run', '--yes', 'anything');
  expect(run.exitCode, run.said).toBe(1);
  expect(run.said).toMatch(/API_KEY|atelier config/);
});
