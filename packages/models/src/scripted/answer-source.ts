import type { Script, ScriptedAnswer, ScriptedFile, ScriptedRequest, ScriptedStep } from './script.ts';

/** A request before the script has numbered it. */
export type UnnumberedRequest = Omit<ScriptedRequest, 'number'>;

/** Gives one answer for each request; remembers how far a list has been played. */
export type AnswerSource = (request: UnnumberedRequest) => Promise<ScriptedAnswer>;

/**
 * Plays a script. Where a list has no answer left, the answer is an HTTP 400 that says so: a test that asks too often
 * fails with a sentence instead of hanging.
 */
export function createAnswerSource(script: Script): AnswerSource {
  let asked = 0;
  if (typeof script === 'function') return async (request) => script({ ...request, number: asked++ });
  const { steps, order = 'sequence' }: ScriptedFile = Array.isArray(script) ? { steps: script } : script;
  const plays = steps.map((step) => ({ step, when: step.when === undefined ? undefined : new RegExp(step.when, 'is'), faults: [...(step.faults ?? [])], used: false }));

  return async (request) => {
    const number = asked++;
    const tested = order === 'sequence' ? newestText(request) : userText(request);
    const fits = (play: (typeof plays)[number]): boolean => play.when === undefined || play.when.test(tested);
    const play =
      order === 'sequence'
        ? plays.find((play) => (!play.used || play.step.repeat === true) && fits(play))
        : plays.filter(fits)[request.step];
    if (play === undefined) return exhausted(number, steps);
    const fault = play.faults.shift();
    if (fault !== undefined) return fault;
    play.used = true;
    return play.step;
  };
}

function newestText(request: UnnumberedRequest): string {
  const lastAnswer = request.messages.findLastIndex((message) => message.role === 'assistant');
  return request.messages
    .slice(lastAnswer + 1)
    .map((message) => [message.text, ...message.toolResults.map((result) => result.text)].join('\n'))
    .join('\n');
}

function userText(request: UnnumberedRequest): string {
  return request.messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).join('\n');
}

function exhausted(number: number, steps: ScriptedStep[]): ScriptedAnswer {
  return { status: 400, message: `The script has no answer for request ${number + 1}: none of its ${steps.length} steps is left that fits. Add a step, or mark one with "repeat".` };
}
