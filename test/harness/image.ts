import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { DockerfileParser } from 'dockerfile-ast';
import { forget, makeBase, runInTree, type Settings } from './container.ts';

type Instruction = ReturnType<ReturnType<typeof DockerfileParser.parse>['getInstructions']>[number];
/** What only some kinds of instructions have. */
type Parts = {
  getFlags?: () => { getName: () => string; getValue: () => string | null }[];
  getProperties?: () => { getName: () => string; getValue: () => string | null }[];
  getJSONStrings?: () => { getJSONValue: () => string }[];
  getBuildStage?: () => string | null;
};

/** An image: its files, the base's aside, and how it is run. */
export type Image = Disposable & { tree: string; settings: Settings };

type Stage = { name: string | null; tree: string; settings: Settings };

const unset: Settings = {
  ...{ env: {}, user: 'root', workdir: '/', command: [], healthcheck: [], volumes: [] },
  stopSignal: 'SIGTERM',
};

const flagsOf = (one: Instruction) =>
  ((one as Parts).getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue() ?? ''] as const);
const wordsOf = (one: Instruction) => one.getArguments().map((word) => word.getValue());

/** A command in the form that runs no shell. @throws when it is in the other one */
function listOf(one: Instruction, text: string): string[] {
  const list: unknown = JSON.parse(text);
  if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return list;
  throw new Error(`${one.getKeyword()} is not a list of words: ${text}`);
}

/** Copies the folder that is built from, without what its list leaves out; or, from another stage, what that holds. */
function copy(one: Instruction, stage: Stage, stages: Stage[], context: string, leftOut: string): void {
  const [source = '', target = '', ...more] = wordsOf(one);
  const flags = new Map(flagsOf(one));
  const from = stages.find(({ name }) => name === flags.get('from'));
  flags.delete('from');
  if (more.length > 0 || flags.size > 0) throw new Error(`Unknown form of COPY: ${one.getTextContent()}`);
  const into = join(stage.tree, target === '.' ? stage.settings.workdir : target);
  mkdirSync(into, { recursive: true });
  if (from) {
    // Links instead of copies: the other stage is thrown away and never written again.
    execFileSync('cp', ['-al', `${join(from.tree, source)}/.`, into]);
    return;
  }
  const ignored = dockerignore().add(leftOut);
  const filter = (path: string) => path === context || !ignored.ignores(relative(context, path));
  cpSync(join(context, source), into, { recursive: true, verbatimSymlinks: true, filter });
}

/** What each kind of instruction does; one that is not here is not understood. */
function carryOut(one: Instruction, stage: Stage, stages: Stage[], context: string, leftOut: string): void {
  const { settings } = stage;
  const words = wordsOf(one);
  const text = words.join(' ');
  switch (one.getKeyword()) {
    case 'WORKDIR':
      settings.workdir = text;
      mkdirSync(join(stage.tree, text), { recursive: true });
      return;
    case 'COPY':
      copy(one, stage, stages, context, leftOut);
      return;
    case 'RUN': {
      const caches = flagsOf(one).map(([name, value]) => {
        const target = /^type=cache,target=(\/\S+)$/.exec(value)?.[1];
        if (name !== 'mount' || !target) throw new Error(`Unknown form of RUN: ${one.getTextContent()}`);
        return target;
      });
      runInTree(stage.tree, settings, text, caches);
      return;
    }
    case 'ENV':
      for (const property of (one as Parts).getProperties?.() ?? [])
        settings.env[property.getName()] = property.getValue() ?? '';
      return;
    case 'USER':
      settings.user = text;
      return;
    case 'VOLUME':
      settings.volumes.push(...listOf(one, text));
      return;
    case 'EXPOSE':
      if (text !== settings.env.JOINERY_PORT) throw new Error(`Port ${text} is not the one that the node listens on`);
      return;
    case 'STOPSIGNAL':
      settings.stopSignal = text as NodeJS.Signals;
      return;
    case 'HEALTHCHECK':
      if (words[0] !== 'CMD') throw new Error(`Unknown form of HEALTHCHECK: ${text}`);
      settings.healthcheck = listOf(one, words.slice(1).join(' '));
      return;
    case 'CMD':
      settings.command = listOf(one, text);
      return;
    default:
      throw new Error(`Unknown instruction: ${one.getTextContent()}`);
  }
}

/**
 * Builds an image without an engine: carries out each instruction of a Dockerfile in trees of folders of its own.
 * @param file the Dockerfile; what is left out of the context stands beside it in `<file>.dockerignore`
 * @param context the folder that is built from
 * @throws when an instruction fails, or is one that this does not know
 */
export function buildImage(file: string, context: string): Image {
  const leftOut = existsSync(`${file}.dockerignore`) ? readFileSync(`${file}.dockerignore`, 'utf8') : '';
  const stages: Stage[] = [];
  const forgetAll = () => {
    for (const { tree } of stages) forget(tree);
  };
  try {
    for (const one of DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions()) {
      if (one.getKeyword() === 'FROM') {
        const tree = makeBase();
        chmodSync(tree, 0o755);
        stages.push({ name: (one as Parts).getBuildStage?.() ?? null, tree, settings: structuredClone(unset) });
        continue;
      }
      const stage = stages.at(-1);
      if (!stage) throw new Error('The first instruction is not FROM');
      carryOut(one, stage, stages, context, leftOut);
    }
    const last = stages.at(-1);
    if (!last) throw new Error('There is no stage');
    return { tree: last.tree, settings: last.settings, [Symbol.dispose]: forgetAll };
  } catch (error) {
    forgetAll();
    const said = error as { stderr?: Buffer; stdout?: Buffer };
    throw new Error(`${error}\n${said.stdout ?? ''}${said.stderr ?? ''}`, { cause: error });
  }
}
