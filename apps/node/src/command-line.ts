import {
  backupCommand,
  type CommandAnswer,
  type Command as CommandDefinition,
  type CommandInput,
  groundCommands,
  isRefusal,
  jsonLine,
  readConfig,
  type Slice,
  terminalText,
} from '@joinery/core';
import { Argument, Command, CommanderError } from 'commander';
import { actInDemo, demoActs } from './demo/command.ts';
import { openNode } from './open-node.ts';
import { inWords, runServer } from './run-server.ts';
import { slices as allSlices } from './slices.ts';

type Output = { out: (text: string) => void; error: (text: string) => void };
type Options = { slices?: Slice[]; output?: Output };

const terminal: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

/**
 * Runs one command.
 * @param words what was typed after `joinery`
 * @returns exit code: 0 when it did what was asked, 1 when not
 */
export async function runCommandLine(
  words: string[],
  environment: Record<string, string | undefined>,
  options: Options = {},
): Promise<number> {
  const output = options.output ?? terminal;
  const slices = options.slices ?? allSlices;
  const program = new Command('joinery')
    .description('Looks after a Joinery node')
    .option('--json', 'answer in JSON')
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.error });
  const print = (answer: CommandAnswer) =>
    output.out(`${program.opts().json ? jsonLine(answer.json) : terminalText(answer.say)}\n`);
  program
    .command('serve')
    .description('Run the node')
    .action(() => runServer(environment));
  program
    .command('demo')
    .description('Make something happen in the demo that runs on this machine')
    .addArgument(
      new Argument(
        '<what>',
        'the stranger tries every door, a node stops, starts or is killed, a member is removed, or an emergency access agreed to',
      ).choices(demoActs),
    )
    .action(async (what: (typeof demoActs)[number]) => {
      const { ok, words } = await actInDemo(what);
      output.out(`${program.opts().json ? JSON.stringify({ ok, words }) : words}\n`);
      if (!ok) throw new Error('It did not go as it should');
    });
  for (const definition of groundCommands) {
    addCommand(program, definition, async (input) => {
      print(await definition.run({ config: readConfig(environment), slices, now: new Date() }, input));
    });
  }
  for (const definition of [backupCommand, ...slices.flatMap((slice) => slice.commands ?? [])]) {
    addCommand(program, definition, async (input) => {
      await using node = await openNode(readConfig(environment), false, { slices, log: () => {} });
      print(await definition.run(node.context, input));
    });
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said already what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    output.error(`${program.opts().json ? jsonLine({ error: asJson(error) }) : terminalText(inWords(error))}\n`);
    return 1;
  }
}

function asJson(error: unknown) {
  if (!isRefusal(error)) return { code: 'internal', detail: inWords(error) };
  return { code: error.code, detail: error.message, ...(error.faults.length > 0 ? { errors: error.faults } : {}) };
}

/** Adds `person add` as the command `add` below `person`. */
function addCommand(
  program: Command,
  definition: Omit<CommandDefinition, 'run'>,
  run: (input: CommandInput) => Promise<void>,
): void {
  const path = definition.name.split(' ');
  const name = path.pop() ?? definition.name;
  const parent = path.reduce(
    (command, part) => command.commands.find((known) => known.name() === part) ?? command.command(part),
    program,
  );
  const command = parent.command(name).description(definition.summary).option('--json', 'answer in JSON');
  for (const argument of definition.arguments ?? [])
    command.argument(argument.startsWith('[') ? argument : `<${argument}>`);
  for (const option of definition.options ?? []) {
    const flags = option.value === undefined ? `--${option.name}` : `--${option.name} <${option.value}>`;
    if (option.several) command.option(flags, option.description, joined);
    else if (option.required) command.requiredOption(flags, option.description);
    else command.option(flags, option.description);
  }
  command.action(async () => {
    const given = command.opts<Record<string, string | boolean | undefined>>();
    if (given.json) program.setOptionValue('json', true);
    const options: CommandInput['options'] = {};
    for (const option of definition.options ?? []) options[option.name] = given[camelCase(option.name)];
    await run({ arguments: command.args, options });
  });
}

const joined = (value: string, before: string | undefined) => (before === undefined ? value : `${before},${value}`);

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
