import { describe, expect, it } from 'vitest';
import { parseCommandLine, type CommandLine } from '../../../src/main/command-line';
import { StartupError } from '../../../src/main/startup-error';

const defaults: CommandLine = {
  dataDirectory: undefined,
  port: 4810,
  kaiserId: 'god',
  broker: { kind: 'embedded', port: 1883, isPortGiven: false, host: '127.0.0.1' },
  serialPorts: [],
  isDemo: true,
  opensBrowser: true,
  isJson: false,
};

function parse(...args: string[]): CommandLine {
  const parsed = parseCommandLine(args, '1.2.3');
  if (parsed.kind === 'text') throw new Error(parsed.text);
  return parsed.commandLine;
}

describe('command line', () => {
  it('starts with its own broker and the demo where nothing is said', () => {
    expect(parse()).toEqual(defaults);
  });

  it('takes every option of the own broker', () => {
    const args =
      '--data /d --port 0 --broker-port 0 --broker-host 0.0.0.0 --kaiser k_1 --no-demo --no-open --json'.split(' ');
    expect(parse(...args)).toEqual({
      dataDirectory: '/d',
      port: 0,
      kaiserId: 'k_1',
      broker: { kind: 'embedded', port: 0, isPortGiven: true, host: '0.0.0.0' },
      isDemo: false,
      serialPorts: [],
      opensBrowser: false,
      isJson: true,
    });
  });

  it('takes any number of serial ports, each once', () => {
    const args = '--serial-port /dev/ttyUSB0 --serial-port COM7 --serial-port /dev/ttyUSB0'.split(' ');
    expect(parse(...args)).toEqual({ ...defaults, serialPorts: ['/dev/ttyUSB0', 'COM7'] });
  });

  it.each([
    ['--broker-host plant.local', 'an address of this machine'],
    ['--broker-host 0.0.0.0 --broker mqtt://h', 'is for the own broker'],
  ])('refuses %s', (args, sentence) => {
    expect(() => parse(...args.split(' '))).toThrow(sentence);
  });

  it('takes every option of an external broker, and then runs no demo', () => {
    const args =
      '--broker mqtts://b.example:8883 --broker-user u --broker-password-file p --broker-ca a --broker-cert c --broker-key k';
    expect(parse(...args.split(' '))).toEqual({
      ...defaults,
      broker: {
        kind: 'external',
        url: 'mqtts://b.example:8883',
        username: 'u',
        passwordFile: 'p',
        caFile: 'a',
        certFile: 'c',
        keyFile: 'k',
      },
      isDemo: false,
    });
  });

  it.each(['mqtt://h', 'mqtts://h:1', 'ws://h:8080/mqtt', 'wss://h/mqtt', 'mqtt://[::1]:1883'])(
    'takes the broker %s',
    (url) => {
      expect(parse('--broker', url).broker).toEqual({ kind: 'external', url });
    },
  );

  it('opens no browser for a program that reads JSON', () => {
    expect(parse('--json').opensBrowser).toBe(false);
  });

  it.each([
    ['--prot 1', /unknown option '--prot'/i],
    ['serve', /too many arguments/i],
    ['--port', /argument missing/i],
    ['--port 65536', /0 to 65535/],
    ['--port -1', /0 to 65535/],
    ['--port 1e3', /0 to 65535/],
    ['--broker-port x', /0 to 65535/],
    ['--broker http://h', /mqtt:\/\/HOST:PORT/],
    ['--broker h:1883', /mqtt:\/\/HOST:PORT/],
    ['--broker plant', /mqtt:\/\/HOST:PORT/],
    ['--broker mqtt://', /mqtt:\/\/HOST:PORT/],
    ['--broker=', /mqtt:\/\/HOST:PORT/],
    ['--broker mqtt://u@h', /--broker-user/],
    ['--broker-port 65536', /0 to 65535/],
    ['--port=', /0 to 65535/],
    ['--port 1.5', /0 to 65535/],
    ['--port 0x10', /0 to 65535/],
    ['--data=', /a path is missing/],
    ['--broker mqtt://u:p@h', /--broker-user/],
    ['--kaiser a/b', /kaiser id/],
    ['--broker mqtt://h --broker-port 1', /--broker-port is for the own broker/],
    ['--broker-user u', /external broker/],
    ['--broker mqtt://h --broker-password-file p', /--broker-user/],
    ['--broker mqtt://h --broker-cert c', /--broker-key/],
    ['--broker mqtt://h --broker-key k', /--broker-cert/],
  ])('refuses "%s" with a sentence', (line, message) => {
    expect(() => parse(...line.split(' '))).toThrow(StartupError);
    expect(() => parse(...line.split(' '))).toThrow(message);
  });

  it('gives help and version as text', () => {
    expect(parseCommandLine(['--version'], '1.2.3')).toEqual({ kind: 'text', text: '1.2.3\n' });
    const help = parseCommandLine(['--help'], '1.2.3');
    expect(help).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('--broker-password-file <file>') as string,
    });
  });

  it('lets options of Chromium pass in Electron', () => {
    const args = ['--no-sandbox', '--remote-debugging-port=0', '--port', '0', '.', '--lang=de'];
    expect(parseCommandLine(args, '1.2.3', true)).toEqual({ kind: 'run', commandLine: { ...defaults, port: 0 } });
  });
});
