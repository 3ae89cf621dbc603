import { isBelow } from './project-path.ts';

export type Protection = 'ci' | 'policy' | 'git';

const ci = ['.github/workflows', '.github/actions', '.gitlab-ci.yml', '.gitlab/ci', '.circleci', 'Jenkinsfile', 'azure-pipelines.yml', 'azure-pipelines.yaml', '.azure-pipelines', '.buildkite', 'bitbucket-pipelines.yml', '.drone.yml', '.travis.yml', '.woodpecker.yml', '.woodpecker', '.forgejo/workflows', '.gitea/workflows', 'appveyor.yml', '.appveyor.yml', '.teamcity', 'cloudbuild.yaml', 'buildspec.yml', '.semaphore'];
const policy = ['atelier.json', '.atelier', '.atelierignore'];

/** Files that say what machines run without a person, or what this agent may do; paths are relative to the root. */
export function protectionOf(path: string): Protection | undefined {
  const segments = path.split('/');
  if (segments.some((segment) => segment.toLowerCase() === '.git')) return 'git';
  if (ci.some((each) => isBelow(path, each))) return 'ci';
  if (policy.some((each) => isBelow(path, each))) return 'policy';
  // A project in a folder of a larger one has files of its own.
  if (segments.length > 1 && policy.some((each) => each === segments.at(-1)?.toLowerCase())) return 'policy';
  return undefined;
}

/** The same for changing a whole folder: `.github` holds the workflows, the root holds everything. */
export function protectionWithin(folder: string): Protection | undefined {
  const own = protectionOf(folder);
  if (own !== undefined) return own;
  if (isBelow('.git', folder)) return 'git';
  if (ci.some((each) => isBelow(each, folder))) return 'ci';
  return undefined;
}
