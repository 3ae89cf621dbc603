/** A process environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Names that a sandboxed command may see. Values are still refused where the name looks like a secret's. */
const allowedNames = new Set([
  'PATH', 'LANG', 'LANGUAGE', 'TERM', 'COLORTERM', 'TZ', 'USER', 'LOGNAME', 'SHELL', 'NO_COLOR', 'FORCE_COLOR', 'CI', 'COLUMNS', 'LINES',
  'JAVA_HOME', 'GOPATH', 'GOROOT', 'GOFLAGS', 'GOTOOLCHAIN', 'CARGO_HOME', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'PYENV_ROOT', 'PYENV_VERSION',
  'VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'NVM_DIR', 'NVM_BIN', 'VOLTA_HOME', 'FNM_DIR', 'ASDF_DIR', 'ASDF_DATA_DIR', 'RBENV_ROOT',
  'GEM_HOME', 'GEM_PATH', 'DOTNET_ROOT', 'DOTNET_CLI_TELEMETRY_OPTOUT', 'ANDROID_HOME', 'SDKMAN_DIR', 'BUN_INSTALL', 'DENO_DIR', 'PNPM_HOME',
  'NODE_ENV', 'PYTHONPATH', 'PYTHONDONTWRITEBYTECODE', 'PKG_CONFIG_PATH', 'LD_LIBRARY_PATH', 'CC', 'CXX', 'MAKEFLAGS', 'SSL_CERT_FILE',
  'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'NIX_PATH', 'NIX_PROFILES', 'NIX_SSL_CERT_FILE', 'SOURCE_DATE_EPOCH',
]);

const secretName = /(^|_)(KEY|APIKEY|TOKEN|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIAL|CREDENTIALS|AUTH|COOKIE|DSN)(_|$)/i;

/** Whether a variable of this name is taken for a secret (`*_KEY`, `*_TOKEN`, `*_SECRET`, `*PASSWORD*` ...). */
export function isSecretName(name: string): boolean {
  return name !== 'PWD' && name !== 'OLDPWD' && secretName.test(name);
}

/** The environment of a sandboxed command: an allow-list, so that a variable nobody thought of stays outside. */
export function scrubEnvironment(environment: Environment): Record<string, string> {
  return pick(environment, (name) => (allowedNames.has(name) || name.startsWith('LC_')) && !isSecretName(name));
}

/**
 * The environment of a command that a person allowed outside the sandbox: everything but Atelier's own variables and the
 * keys of model providers, which no command needs and which would enter the log when it prints its environment.
 */
export function outsideEnvironment(environment: Environment): Record<string, string> {
  return pick(environment, (name) => !name.startsWith('ATELIER_') && !/_API_KEY$/i.test(name));
}

function pick(environment: Environment, keep: (name: string) => boolean): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && keep(name)) kept[name] = value;
  }
  return kept;
}
