import { connect } from '../connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { cleanText } from '../terminal/display-width.ts';
import { drawTable } from '../terminal/draw-table.ts';
import { formatCount } from '../terminal/figures.ts';

/** How to give Atelier a model, in exact commands. */
export const modelAdvice = [
  'To give Atelier a model, do one of these:',
  '  export OPENAI_API_KEY=…                   # or ANTHROPIC_API_KEY, GEMINI_API_KEY',
  '  export OPENAI_BASE_URL=http://localhost:8000/v1 OPENAI_MODEL=…   # vLLM, LM Studio, llama.cpp, a gateway',
  '  ollama serve                              # found by itself; OLLAMA_HOST names another machine',
  '  atelier config set providers.anthropic.apiKey',
  'Without any: atelier demo',
];

/** `atelier models`. */
export async function listModels(surroundings: Surroundings, options: { json?: boolean; discover?: boolean }): Promise<void> {
  await using connection = await connect(surroundings);
  const answer = await connection.client.call('listModels', { query: { discover: options.discover === false ? 'false' : 'true', root: surroundings.cwd } });
  const { stdout, style } = surroundings;
  if (options.json === true) {
    stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  const rows = answer.models.map((model) => [
    model.default ? style.green('●') : ' ',
    model.default ? style.bold(model.id) : model.id,
    `${formatCount(model.window)} window`,
    model.pricePerMillion === undefined ? style.dim('price unknown') : `$${model.pricePerMillion.input} in, $${model.pricePerMillion.output} out per million`,
    [model.scripted ? style.yellow('scripted model') : '', model.known ? '' : style.dim('not in the catalog: conservative figures'), style.dim(model.abilities.join(', '))].filter((fact) => fact !== '').join(' · '),
  ]);
  if (rows.length > 0) stdout.write(`${drawTable(rows, stdout.isTTY ? stdout.columns || 100 : 10_000).join('\n')}\n${style.dim(cleanText(answer.reason))}\n`);
  else stdout.write(`No model was found.\n${modelAdvice.join('\n')}\n`);
  for (const problem of answer.problems) surroundings.stderr.write(`${style.yellow('!')} ${cleanText(problem)}\n`);
}
