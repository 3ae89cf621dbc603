import { checks } from './ecosystem.ts';
import type { Ecosystem, ProjectRoot } from './ecosystem.ts';

/** Python: uv, poetry, pipenv, pdm, pip. */
export const python: Ecosystem = async (root) => {
  const marker = root.first('pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'Pipfile', 'tox.ini', 'pytest.ini', 'manage.py', 'conftest.py', 'uv.lock', 'poetry.lock');
  const scripts = [...root.files].some((name) => name.endsWith('.py'));
  if (marker === undefined && !scripts && !(await hasTests(root))) return undefined;

  const project = await root.text('pyproject.toml');
  const setup = (await root.text('setup.cfg')) + (await root.text('tox.ini'));
  const manager = root.files.has('uv.lock') ? 'uv' : root.files.has('poetry.lock') || project.includes('[tool.poetry]') ? 'poetry' : root.files.has('Pipfile') ? 'pipenv' : root.files.has('pdm.lock') ? 'pdm' : 'pip';
  const environment = ['.venv', 'venv'].find((name) => root.folders.has(name));
  // An environment in the tree works offline; `uv run` and the like may first want to install.
  const run = environment !== undefined ? `${environment}/bin/python -m` : manager === 'pip' ? 'python3 -m' : `${manager} run python -m`;
  const test = await testCommand(root, run, project, setup);
  const linter = root.first('ruff.toml', '.ruff.toml') ?? (project.includes('[tool.ruff') ? 'pyproject.toml tool.ruff' : undefined);
  const flake8 = root.first('.flake8') ?? (setup.includes('[flake8]') ? 'flake8 configuration' : undefined);
  const mypy = root.first('mypy.ini', '.mypy.ini') ?? (project.includes('[tool.mypy') ? 'pyproject.toml tool.mypy' : setup.includes('[mypy') ? 'mypy configuration' : undefined);
  const pyright = root.first('pyrightconfig.json') ?? (project.includes('[tool.pyright') ? 'pyproject.toml tool.pyright' : undefined);
  return {
    languages: ['Python'],
    packageManager: manager,
    checks: [
      ...checks(['test', test?.[0], test?.[1]]),
      ...checks(linter === undefined ? ['lint', `${run} flake8`, flake8] : ['lint', `${run} ruff check .`, linter]),
      ...checks(mypy === undefined ? ['types', `${run} pyright`, pyright] : ['types', `${run} mypy .`, mypy]),
    ],
  };
};

async function testCommand(root: ProjectRoot, run: string, project: string, setup: string): Promise<[string, string] | undefined> {
  const configured = root.first('pytest.ini', 'conftest.py', '.pytest.ini') ?? (project.includes('[tool.pytest') ? 'pyproject.toml tool.pytest' : /\[(?:tool:)?pytest\]/.test(setup) ? 'pytest configuration' : undefined);
  if (configured !== undefined) return [`${run} pytest`, configured];
  if (root.files.has('manage.py') && (await root.text('manage.py')).includes('django')) return [`${run.replace(/ -m$/, '')} manage.py test`, 'manage.py'];
  const place = await findTests(root);
  if (place === undefined) return undefined;
  const listed = [project, setup, await root.text('Pipfile'), await root.text('setup.py'), ...(await Promise.all([...root.files].filter((name) => /requirements.*\.txt$/.test(name)).map((name) => root.text(name))))];
  for (const folder of ['requirements'].filter((name) => root.folders.has(name))) for (const name of await root.names(folder)) listed.push(await root.text(`${folder}/${name}`));
  if (place.names.includes('conftest.py') || listed.some((text) => /\bpytest\b/.test(text))) return [`${run} pytest`, 'pytest among the dependencies'];
  // Plain `def test_...` functions are pytest's; unittest would find none of them and call that a success.
  if (!place.example.includes('unittest') && /^(?:async )?def test_|import pytest/m.test(place.example)) return [`${run} pytest`, place.file];
  const folder = place.folder === '' ? '' : ` -s ${place.folder}${place.names.includes('__init__.py') ? ' -t .' : ''}`;
  return [`${run} unittest discover${folder}${/_tests?\.py$/.test(place.file) ? ` -p '*${/_tests?\.py$/.exec(place.file)?.[0] ?? ''}'` : ''}`, place.folder === '' ? 'test files' : place.folder];
}

const testFile = /^test.*\.py$|_tests?\.py$/;

async function hasTests(root: ProjectRoot): Promise<boolean> {
  for (const folder of ['tests', 'test'].filter((name) => root.folders.has(name))) if ((await root.names(folder)).some((name) => testFile.test(name))) return true;
  return false;
}

async function findTests(root: ProjectRoot): Promise<{ folder: string; names: string[]; file: string; example: string } | undefined> {
  for (const folder of ['tests', 'test', '']) {
    if (folder !== '' && !root.folders.has(folder)) continue;
    const names = folder === '' ? [...root.files] : await root.names(folder);
    const file = names.filter((name) => testFile.test(name) && name !== 'tests.py').sort()[0];
    if (file !== undefined) return { folder, names, file, example: await root.text(folder === '' ? file : `${folder}/${file}`) };
  }
  return undefined;
}
