import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const chromiumPath = '/usr/bin/chromium';

describe.skipIf(!existsSync(chromiumPath))('the pages in a real browser', () => {
  let scratch: string;
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let address: URL;
  const complaints: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'atelier-pages-'));
    const project = join(scratch, 'shop');
    cpSync(join(root, 'demo/sample'), project, { recursive: true });
    git(project, 'init', '-q');
    git(project, 'add', '-A');
    git(project, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.invalid', 'commit', '-qm', 'Begin');
    server = spawn(join(root, 'apps/cli/bin/atelier'), ['serve', '--port', '0'], {
      cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ATELIER_HOME: join(scratch, 'home'), ATELIER_SCRIPT: join(root, 'demo/script.json') },
    });
    address = await printedAddress(server);
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
    page = await (await browser.newContext({ viewport: { width: 1100, height: 800 } })).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('request', (request) => { if (new URL(request.url()).origin !== address.origin) foreign.push(request.url()); });
  });

  afterAll(async () => {
    await browser?.close();
    if (server?.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    rmSync(scratch, { recursive: true, force: true });
  });

  it('says how to sign in to somebody without a login session', async () => {
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(address.origin);
    await stranger.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await stranger.getByText('npm start').isVisible()).toBe(true);
    await stranger.getByLabel('Sign-in token').fill('wrong');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await stranger.getByRole('alert').filter({ hasText: /\w+ \w+/ }).waitFor();
    await stranger.context().close();
  });

  it('signs in by the printed address, starts a thread, and shows its run live to the end, with approvals by button', async () => {
    await page.goto(address.href);
    await page.getByRole('heading', { name: 'Threads' }).waitFor();
    await page.getByLabel('Folder of the project').fill(join(scratch, 'shop'));
    await page.getByLabel('What should be done?').fill('make the failing tests pass <img src=x onerror=alert(1)>');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/\/threads\//);
    const ending = page.locator('.ending');
    const allow = page.getByRole('button', { name: 'Allow', exact: true });
    while (!await ending.isVisible()) {
      await ending.or(allow).first().waitFor({ timeout: 60_000 });
      if (await ending.isVisible()) break;
      const asked = await allow.first().elementHandle();
      await allow.first().click();
      await asked?.waitForElementState('hidden');
    }
    expect(await ending.innerText()).toMatch(/done[\s\S]*checks passed[\s\S]*src\/cart\.js[\s\S]*src\/money\.js/);
    expect(await page.getByText('scripted model').count()).toBeGreaterThan(1);
    expect(await page.locator('.message').innerText()).toContain('<img src=x onerror=alert(1)>');
    expect(readFileSync(join(scratch, 'shop/src/money.js'), 'utf8')).toContain('toPrecision(15)');
  });

  it('shows the same thread after a reload, finds it by its words, and undoes it', async () => {
    await page.reload();
    await page.locator('.ending').waitFor();
    page.on('dialog', (dialog) => { void dialog.accept(); });
    await page.getByRole('button', { name: 'Undo the last run' }).click();
    await page.getByText(/Put back \d+/).waitFor();
    expect(readFileSync(join(scratch, 'shop/src/money.js'), 'utf8')).toContain('Math.floor');
    await page.goto(address.origin);
    await page.getByLabel('Search messages').fill('half a cent');
    await page.locator('#hits a').first().click();
    await page.waitForURL(/#seq-\d+$/);
  });

  it('draws the API from its own description, and searches it', async () => {
    await page.goto(`${address.origin}/docs`);
    await page.getByLabel('Search').fill('idempotent nothing-like-this');
    await page.getByText('0 calls').waitFor();
    await page.getByLabel('Search').fill('commands');
    const call = page.locator('.endpoint:not([hidden])').filter({ hasText: '/commands' });
    await call.locator('summary').first().click();
    expect(await call.innerText()).toMatch(/curl -X POST[\s\S]*send-message/);
  });

  it('shows the state of the server', async () => {
    await page.goto(`${address.origin}/state`);
    await page.getByText('scripted/demo').first().waitFor();
    await page.locator('#findings li').first().waitFor();
  });

  it.each(['/', '/state', '/docs'])('fits %s into 360 pixels, in the dark too', async (path) => {
    await page.setViewportSize({ width: 360, height: 700 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${address.origin}${path}`);
    await page.locator('main :is(li, dd, .endpoint)').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('asked nobody else for anything, and broke no rule of its own content policy', () => {
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

function git(directory: string, ...argv: string[]): void {
  execFileSync('git', argv, { cwd: directory });
}

/** The address with the sign-in token, as the server prints it. */
async function printedAddress(server: ChildProcess): Promise<URL> {
  let printed = '';
  const found = new Promise<URL>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      printed += piece.toString();
      const address = /http:\/\/\S*[?&]token=[^\s\x1b]+/.exec(printed)?.[0];
      if (address !== undefined) resolve(new URL(address));
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (code) => reject(new Error(`atelier serve ended with ${code} before it printed its address:\n${printed}`)));
  });
  return found;
}
