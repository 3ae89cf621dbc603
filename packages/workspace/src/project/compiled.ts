import { checks } from './ecosystem.ts';
import type { Ecosystem } from './ecosystem.ts';

export const go: Ecosystem = async (root) => {
  const source = root.first('go.mod', 'go.work');
  if (source === undefined) return undefined;
  // In a workspace without a module at its root, `./...` names nothing.
  const each = source === 'go.work' ? "go list -f '{{.Dir}}/...' -m | xargs go" : undefined;
  const run = (verb: string) => (each === undefined ? `go ${verb} ./...` : `${each} ${verb}`);
  const linter = root.first('.golangci.yml', '.golangci.yaml', '.golangci.toml', '.golangci.json');
  return {
    languages: ['Go'],
    packageManager: 'go',
    checks: checks(['test', run('test'), source], linter === undefined ? ['lint', run('vet'), source] : ['lint', 'golangci-lint run', linter], ['types', run('build -o /dev/null'), source]),
  };
};

export const rust: Ecosystem = async (root) => {
  if (!root.files.has('Cargo.toml')) return undefined;
  const all = (await root.text('Cargo.toml')).includes('[workspace]') ? ' --workspace' : '';
  return {
    languages: ['Rust'],
    packageManager: 'cargo',
    checks: checks(['test', `cargo test${all}`, 'Cargo.toml'], ['lint', `cargo clippy${all} --all-targets -- -D warnings`, root.first('clippy.toml', '.clippy.toml')], ['types', `cargo check${all} --all-targets`, 'Cargo.toml']),
  };
};

export const java: Ecosystem = async (root) => {
  const gradle = root.first('build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts');
  const build = (await Promise.all(['build.gradle', 'build.gradle.kts', 'pom.xml'].map((name) => root.text(name)))).join('\n');
  const languages = [...(/kotlin/i.test(build) ? ['Kotlin'] : []), 'Java'];
  if (root.files.has('pom.xml')) {
    const maven = root.files.has('mvnw') ? 'sh ./mvnw -B -q' : 'mvn -B -q';
    return { languages, packageManager: 'maven', checks: checks(['test', `${maven} test`, 'pom.xml'], ['types', `${maven} test-compile`, 'pom.xml']) };
  }
  if (gradle === undefined) return undefined;
  const run = root.files.has('gradlew') ? 'sh ./gradlew --console=plain' : 'gradle --console=plain';
  return { languages, packageManager: 'gradle', checks: checks(['test', `${run} test`, gradle], ['types', `${run} testClasses`, gradle]) };
};

export const dotnet: Ecosystem = async (root) => {
  const source = [...root.files].sort().find((name) => /\.(?:slnx?|[cfv][sb]proj)$/.test(name)) ?? root.first('global.json');
  if (source === undefined) return undefined;
  const language = source.endsWith('.fsproj') ? 'F#' : source.endsWith('.vbproj') ? 'Visual Basic' : 'C#';
  const target = source === 'global.json' ? '' : ` ${/[^\w.-]/.test(source) ? `'${source.replaceAll("'", "'\\''")}'` : source}`;
  return { languages: [language], packageManager: 'dotnet', checks: checks(['test', `dotnet test${target}`, source], ['types', `dotnet build${target}`, source]) };
};

/** C and C++ by CMake, Meson or Make. */
export const native: Ecosystem = async (root) => {
  const build = root.first('CMakeLists.txt', 'meson.build', 'configure.ac', 'Makefile', 'makefile', 'GNUmakefile');
  const sources = [...root.files, ...(await root.names('src')), ...(root.folders.has('include') ? await root.names('include') : [])];
  const isCpp = sources.some((name) => /\.(?:cc|cpp|cxx|hpp|hh|hxx)$/i.test(name));
  const isC = sources.some((name) => /\.[ch]$/.test(name));
  const cmake = await root.text('CMakeLists.txt');
  if (build === undefined || (!isCpp && !isC && build !== 'CMakeLists.txt' && build !== 'meson.build')) return undefined;
  const languages = isCpp || /\bCXX\b/.test(cmake) || (!isC && cmake !== '') ? ['C++', ...(isC && sources.some((name) => name.endsWith('.c')) ? ['C'] : [])] : ['C'];
  if (build === 'CMakeLists.txt') {
    const compile = 'cmake -S . -B build && cmake --build build';
    const tested = /enable_testing|add_test|include\s*\(\s*CTest|gtest_discover_tests|catch_discover_tests/i.test(cmake);
    return { languages, packageManager: 'cmake', checks: checks(['test', tested && `${compile} && ctest --test-dir build --output-on-failure`, build], ['types', compile, build]) };
  }
  if (build === 'meson.build') return { languages, packageManager: 'meson', checks: checks(['test', '{ [ -d build ] || meson setup build; } && meson test -C build', build], ['types', '{ [ -d build ] || meson setup build; } && meson compile -C build', build]) };
  const target = makeTarget(await root.text(build));
  return { languages, packageManager: 'make', checks: checks(['test', target && `make ${target}`, build], ['types', build !== 'configure.ac' && 'make', build]) };
};

/** A Makefile's test target in any language: what is left when nothing else is known. */
export const makefile: Ecosystem = async (root) => {
  const source = root.first('Makefile', 'makefile', 'GNUmakefile');
  if (source === undefined) return undefined;
  const text = await root.text(source);
  const target = makeTarget(text);
  return { languages: [], packageManager: undefined, checks: checks(['test', target && `make ${target}`, source], ['lint', /^lint\s*:(?!=)/m.test(text) && 'make lint', source]) };
};

function makeTarget(text: string): string | undefined {
  return ['test', 'check', 'tests'].find((name) => new RegExp(`^${name}\\s*:(?!=)`, 'm').test(text));
}
