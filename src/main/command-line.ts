import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { kaiserIdSchema } from '../shared/domain/ids';
import { LOOPBACK } from './broker/listen';
import { StartupError } from './startup-error';

export const DEFAULT_HTTP_PORT = 4810;
export const DEFAULT_BROKER_PORT = 1883;

const portSchema = z
  .string()
  .regex(/^\d{1,5}$/, 'a port is a number from 0 to 65535')
  .transform(Number)
  .pipe(z.int().max(65_535, 'a port is a number from 0 to 65535'));

const brokerUrlSchema = z
  .url({
    protocol: /^(mqtts?|wss?)$/,
    hostname: /./,
    error: 'a broker address reads mqtt://HOST:PORT, mqtts://…, ws://… or wss://…',
    abort: true,
  })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
    error: 'the login does not belong in the address: use --broker-user and --broker-password-file',
  });

const listenAddressSchema = z.union(
  [z.ipv4(), z.ipv6()],
  'an address of this machine, such as 0.0.0.0 or 192.168.1.10',
);

const pathSchema = z.string().min(1, 'a path is missing');

/** What was asked for, not yet looked at: files are named, not read. */
export type CommandLine = {
  readonly dataDirectory: string | undefined;
  readonly port: number;
  readonly kaiserId: string;
  readonly broker: BrokerRequest;
  readonly isDemo: boolean;
  /** Ports that the system may not list. */
  readonly serialPorts: readonly string[];
  readonly opensBrowser: boolean;
  readonly isJson: boolean;
};

export type BrokerRequest =
  | { readonly kind: 'embedded'; readonly port: number; readonly isPortGiven: boolean; readonly host: string }
  | {
      readonly kind: 'external';
      readonly url: string;
      readonly username?: string;
      readonly passwordFile?: string;
      readonly caFile?: string;
      readonly certFile?: string;
      readonly keyFile?: string;
    };

export type ParsedCommandLine =
  { readonly kind: 'run'; readonly commandLine: CommandLine } | { readonly kind: 'text'; readonly text: string };

type Values = {
  data?: string;
  port: number;
  broker?: string;
  brokerPort?: number;
  brokerHost?: string;
  brokerUser?: string;
  brokerPasswordFile?: string;
  brokerCa?: string;
  brokerCert?: string;
  brokerKey?: string;
  kaiser: string;
  serialPort: readonly string[];
  demo: boolean;
  open: boolean;
  json: boolean;
};

/**
 * Reads the arguments of either host. Help and version come back as text; a mistake throws a StartupError that names it. `isLenient`
 * lets options of Chromium pass, which share the command line in Electron.
 */
export function parseCommandLine(args: readonly string[], version: string, isLenient = false): ParsedCommandLine {
  let text = '';
  const command = describeCommand(version).configureOutput({
    writeOut: (part) => (text += part),
    writeErr: () => undefined,
  });
  if (isLenient) command.allowUnknownOption().allowExcessArguments();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { kind: 'text', text };
    if (error instanceof CommanderError) throw new StartupError(`${sentence(error.message)} See --help.`);
    throw error;
  }
  return { kind: 'run', commandLine: toCommandLine(command.opts<Values>()) };
}

function describeCommand(version: string): Command {
  return new Command('leitstand')
    .description('Operator console for ESP32 nodes over MQTT. Without --broker it brings its own broker.')
    .version(version)
    .option('--data <dir>', 'folder of the databases and the API token', checked(pathSchema))
    .option('--port <n>', 'HTTP port on 127.0.0.1, 0 for any free one', checked(portSchema), DEFAULT_HTTP_PORT)
    .option('--broker <url>', 'address of an external broker', checked(brokerUrlSchema))
    .option('--broker-user <name>', 'user name at the external broker')
    .option('--broker-password-file <file>', 'file with the password at the external broker', checked(pathSchema))
    .option('--broker-ca <file>', 'PEM file of the authority that signed the broker', checked(pathSchema))
    .option('--broker-cert <file>', 'PEM file of our certificate', checked(pathSchema))
    .option('--broker-key <file>', 'PEM file of its key', checked(pathSchema))
    .option('--broker-port <n>', 'port of the own broker, 0 for any free one', checked(portSchema))
    .option(
      '--broker-host <address>',
      'address at which the own broker listens; 0.0.0.0 for devices in the network',
      checked(listenAddressSchema),
    )
    .option(
      '--serial-port <path>',
      'a serial port that the system does not list; may be repeated',
      collected(pathSchema),
      [],
    )
    .option('--kaiser <id>', 'id of this controller in the topics', checked(kaiserIdSchema), 'god')
    .option('--no-demo', 'run no simulated plant')
    .option('--no-open', 'do not open the browser')
    .option('--json', 'one JSON object per line on standard output', false)
    .allowExcessArguments(false)
    .exitOverride();
}

function checked<T>(schema: z.ZodType<T, string>): (value: string) => T {
  return (value) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new InvalidArgumentError(result.error.issues.map(({ message }) => message).join('; '));
  };
}

/** An option that may stand several times. */
function collected<T>(schema: z.ZodType<T, string>): (value: string, earlier: readonly T[]) => readonly T[] {
  const check = checked(schema);
  return (value, earlier) => [...earlier, check(value)];
}

function toCommandLine(values: Values): CommandLine {
  const broker = toBrokerRequest(values);
  return {
    dataDirectory: values.data,
    port: values.port,
    kaiserId: values.kaiser,
    broker,
    // The simulated plant belongs to the own broker: it has no business on somebody's real one.
    isDemo: broker.kind === 'embedded' && values.demo,
    serialPorts: [...new Set(values.serialPort)],
    opensBrowser: values.open && !values.json,
    isJson: values.json,
  };
}

function toBrokerRequest(values: Values): BrokerRequest {
  const {
    broker: url,
    brokerPort,
    brokerHost,
    brokerUser,
    brokerPasswordFile,
    brokerCa,
    brokerCert,
    brokerKey,
  } = values;
  if (url === undefined) {
    const stray = [brokerUser, brokerPasswordFile, brokerCa, brokerCert, brokerKey].some((each) => each !== undefined);
    if (stray) throw new StartupError('Login and certificates are for an external broker: name it with --broker URL.');
    return {
      kind: 'embedded',
      port: brokerPort ?? DEFAULT_BROKER_PORT,
      isPortGiven: brokerPort !== undefined,
      host: brokerHost ?? LOOPBACK,
    };
  }
  if (brokerPort !== undefined)
    throw new StartupError('--broker-port is for the own broker: the port of an external one stands in --broker URL.');
  if (brokerHost !== undefined)
    throw new StartupError('--broker-host is for the own broker: the host of an external one stands in --broker URL.');
  if (brokerPasswordFile !== undefined && brokerUser === undefined)
    throw new StartupError('A password needs a user name: add --broker-user NAME.');
  if ((brokerCert === undefined) !== (brokerKey === undefined))
    throw new StartupError('A certificate and its key come together: give both --broker-cert and --broker-key.');
  return {
    kind: 'external',
    url,
    ...(brokerUser !== undefined && { username: brokerUser }),
    ...(brokerPasswordFile !== undefined && { passwordFile: brokerPasswordFile }),
    ...(brokerCa !== undefined && { caFile: brokerCa }),
    ...(brokerCert !== undefined && { certFile: brokerCert }),
    ...(brokerKey !== undefined && { keyFile: brokerKey }),
  };
}

/** commander says `error: unknown option '--x'`. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
