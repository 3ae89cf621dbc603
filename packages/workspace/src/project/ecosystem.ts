import type { ProjectCheck } from '../port.ts';

/** What detection may look at: the root's names, names in one named folder, and texts of single files. */
export interface ProjectView {
  list(): Promise<{ name: string; isFolder: boolean }[]>;
  /** Names directly in a folder; empty where there is none. */
  names(folder: string): Promise<string[]>;
  readText(path: string): Promise<string | undefined>;
}

/** The root as an ecosystem sees it. */
export interface ProjectRoot {
  files: ReadonlySet<string>;
  folders: ReadonlySet<string>;
  names(folder: string): Promise<string[]>;
  /** A root file's text, `''` where there is none. Each file is read once. */
  text(name: string): Promise<string>;
  /** The first of these files that the root has. */
  first(...names: string[]): string | undefined;
}

export interface Found {
  languages: string[];
  packageManager: string | undefined;
  checks: ProjectCheck[];
}

/** Recognizes one family of projects, or answers undefined. */
export type Ecosystem = (root: ProjectRoot) => Promise<Found | undefined>;

/** Collects checks; one without a command is left out. */
export function checks(...given: [name: ProjectCheck['name'], command: string | undefined | false, source: string | undefined][]): ProjectCheck[] {
  return given.flatMap(([name, command, source]) => (command && source !== undefined ? [{ name, command, source }] : []));
}

export async function openProjectRoot(view: ProjectView): Promise<ProjectRoot> {
  const entries = await view.list();
  const files = new Set(entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name));
  const texts = new Map<string, Promise<string>>();
  return {
    files,
    folders: new Set(entries.filter(({ isFolder }) => isFolder).map(({ name }) => name)),
    names: (folder) => view.names(folder),
    text(name) {
      const known = texts.get(name) ?? view.readText(name).then((text) => text ?? '');
      texts.set(name, known);
      return known;
    },
    first: (...names) => names.find((name) => files.has(name)),
  };
}
