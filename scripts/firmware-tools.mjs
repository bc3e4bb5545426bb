/*
 * The tool chain of the firmware: rustup's Rust with the three targets, or Debian's where rustup can't give them. Both build the same
 * sources; their bytes differ, which is why the manifest names the compiler.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './processes.mjs';
import { progress, root } from './setup.mjs';

const minutes = 60_000;

/** One line a chip. To add one: this line, its features in firmware/esp/Cargo.toml, its board file. */
export const chips = [
  { id: 'esp32c3', target: 'riscv32imc-unknown-none-elf' },
  { id: 'esp32c6', target: 'riscv32imac-unknown-none-elf' },
];
export const wasmTarget = 'wasm32-unknown-unknown';

/** The linker that rust-lld of the other packages points to has a version in its package's name, see `debianLinker`. */
const debianPackages = ['rustc-web', 'cargo-web', 'rust-web-src', 'libstd-rust-web-dev', 'rust-web-llvm'];
const debianPath = '/usr/bin:/bin';

/** Settings of the caller's shell that would get into the image or replace our flags. */
const disturbing =
  /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_BUILD_(?!JOBS).*|CARGO_PROFILE_.*|CARGO_TARGET_.*|ESP_.*)$/;

/**
 * Makes sure of a Rust that builds for the chips and for wasm.
 * Answers with `{ channel: 'rustup' | 'debian', env, buildStd }` (`buildStd`: further arguments for cargo) or `{ problem }`.
 */
export async function provideToolChain({ needsTargets = true } = {}) {
  const env = cleanEnvironment();
  const targets = [...chips.map(({ target }) => target), wasmTarget];
  const cargo = answer('cargo', ['--version'], env);
  if (!needsTargets)
    return cargo
      ? { channel: 'rustup', env, buildStd: [] }
      : { problem: 'cargo is not installed (Rust 1.95 by rustup)' };
  if (cargo && targets.every((target) => hasTarget(target, env))) return { channel: 'rustup', env, buildStd: [] };
  if (cargo && answer('rustup', ['--version'], env)) {
    progress(`Adding Rust targets: ${targets.join(' ')} …`);
    const code = await run('rustup', ['target', 'add', ...targets], {
      env,
      stdio: ['ignore', 2, 2],
      deadlineMs: 5 * minutes,
    });
    if (code === 0) return { channel: 'rustup', env, buildStd: [] };
  }
  return provideDebianToolChain();
}

/** `rustc -vV` in one line: what decides over the bytes of a build. */
export function compilerVersion(env) {
  const lines = answer('rustc', ['-vV'], env) ?? 'unknown';
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(lines)?.[1] ?? 'unknown';
  return `${lines.split('\n')[0]}, LLVM ${field('LLVM version')}, ${field('host')}`;
}

/** Options for cargo that keep this machine's folders out of what `target` gets. Call after `cargo fetch`. */
export function remapOptions(target, env) {
  const sysroot = answer('rustc', ['--print', 'sysroot'], env);
  const registry = join(env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src');
  const commit = /^commit-hash: (.*)$/m.exec(answer('rustc', ['-vV'], env) ?? '')?.[1];
  const pairs = [
    [join(root, 'firmware'), '/firmware'],
    // One folder for each registry, with its name in it.
    ...readdirSync(registry).map((name) => [join(registry, name), '/registry']),
    // Where the sources of the standard library are not installed, the compiler says this by itself.
    [join(sysroot, 'lib', 'rustlib', 'src', 'rust'), `/rustc/${commit}`],
    [sysroot, '/sysroot'],
  ];
  // The last one that fits wins, so from the general to the special.
  const flags = pairs.toReversed().map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  // These merge with the flags of .cargo/config.toml; the variable RUSTFLAGS would replace them.
  return ['--config', `target.${target}.rustflags=${JSON.stringify(flags)}`];
}

/** The version of a package in one of our lock files. */
export function lockedVersion(workspace, name) {
  const lock = readFileSync(join(root, 'firmware', workspace, 'Cargo.lock'), 'utf8');
  return new RegExp(`name = "${name}"\nversion = "(.*)"`).exec(lock)?.[1] ?? 'unknown';
}

function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !disturbing.test(name));
  return {
    ...Object.fromEntries(kept),
    // The date in the images' descriptor. A fixed one: two builds of the same sources are the same.
    SOURCE_DATE_EPOCH: '1767225600',
    CARGO_INCREMENTAL: '0',
    CARGO_TERM_COLOR: 'never',
    RUSTC_WRAPPER: join(root, 'scripts', 'firmware-rustc.sh'),
    LEITSTAND_FIRMWARE: join(root, 'firmware'),
  };
}

function hasTarget(target, env) {
  const folder = answer('rustc', ['--print', 'target-libdir', '--target', target], env);
  return folder !== undefined && existsSync(folder);
}

async function provideDebianToolChain() {
  progress(`Installing Debian's Rust, since rustup has no targets: ${debianPackages.join(' ')} …`);
  if (!(await aptInstall(debianPackages)) || !(await aptInstall([debianLinker()])))
    return { problem: "neither rustup's targets nor Debian's Rust could be installed" };
  // `build-std` is an unstable option, which this variable allows on a released compiler.
  const env = { ...cleanEnvironment(), PATH: debianPath, RUSTC_BOOTSTRAP: '1' };
  return { channel: 'debian', env, buildStd: ['-Zbuild-std=core,alloc'] };
}

/** `/usr/bin/rust-lld` is a link into the folder of the LLVM whose package `lld-NN` brings the program. */
function debianLinker() {
  const version = /llvm-(\d+)/.exec(targetOfLink('/usr/bin/rust-lld') ?? '')?.[1] ?? '22';
  return `lld-${version}`;
}

/** Also where the link dangles. */
function targetOfLink(link) {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

async function aptInstall(packages) {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const args = ['install', '-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600', ...packages];
  for (const rest of [args, ['update', '-q'], args]) {
    const [program, ...words] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...rest];
    const code = await run(program, words, { stdio: ['ignore', 2, 2], deadlineMs: 10 * minutes });
    if (code === 0 && rest === args) return true;
  }
  return false;
}

/** What a program says, or undefined where it is not there or fails. */
export function answer(program, args, env, cwd = root) {
  const { status, stdout } = spawnSync(program, args, {
    env,
    cwd,
    encoding: 'utf8',
    timeout: 2 * minutes,
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? stdout.trim() : undefined;
}
