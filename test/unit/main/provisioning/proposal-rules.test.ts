import { describe, expect, it } from 'vitest';
import {
  isHiddenOwnBroker,
  isLoopback,
  proposalOf,
  type BrokerFacts,
  type MachineAddress,
} from '../../../../src/main/provisioning/proposal-rules';

const address = (interfaceName: string, text: string, isInternal = false): MachineAddress => ({
  interfaceName,
  address: text,
  family: text.includes(':') ? 6 : 4,
  isInternal,
});
const addresses = [
  address('lo', '127.0.0.1', true),
  address('docker0', '172.17.0.1'),
  address('eth0', 'fe80::1'),
  address('eth0', 'fd00::7'),
  address('wlan0', '192.168.7.20'),
  address('eth0', '10.0.4.2'),
];
const network = ['192.168.7.20', '10.0.4.2', 'fd00::7', '172.17.0.1'];
const own = (listensAt: string): BrokerFacts => ({ kind: 'own', listensAt, port: 1884 });
const external = (url: string): BrokerFacts => ({ kind: 'external', url });

describe('what devices are proposed as their broker', () => {
  it.each<readonly [string, BrokerFacts, object]>([
    ['every address of the network', own('0.0.0.0'), { isOwnBroker: true, hosts: network, port: 1884, tls: false, isLoopbackOnly: false }], // prettier-ignore
    ['the same when it listens on IPv6 as well', own('::'), { hosts: network, isLoopbackOnly: false }],
    ['the one address that it listens at', own('10.0.4.2'), { hosts: ['10.0.4.2'], isLoopbackOnly: false }],
    ['with the warning that it is hidden', own('127.0.0.1'), { hosts: [...network, '127.0.0.1'], isLoopbackOnly: true }], // prettier-ignore
    ['the external one', external('mqtt://broker.plant:1899'), { isOwnBroker: false, hosts: ['broker.plant'], port: 1899, tls: false, isLoopbackOnly: false }], // prettier-ignore
    ['the usual port of the external one', external('mqtts://broker.plant'), { port: 8883, tls: true }],
    ['the TCP port beside a WebSocket', external('ws://broker.plant:9001/mqtt'), { port: 1883, tls: false }],
    ['the TLS port beside a secure WebSocket', external('wss://broker.plant/mqtt'), { port: 8883, tls: true }],
    ['this machine by its network when that runs here', external('mqtt://localhost:1883'), { hosts: [...network, 'localhost'], isLoopbackOnly: false }], // prettier-ignore
    ['an IPv6 address without its brackets', external('mqtt://[fd00::9]:1883'), { hosts: ['fd00::9'] }],
  ])('%s', (_name, facts, proposal) => {
    expect(proposalOf(facts, addresses)).toMatchObject(proposal);
  });

  it('is loopback on a machine without a network', () => {
    expect(proposalOf(own('0.0.0.0'), addresses.slice(0, 1)).hosts).toEqual(['127.0.0.1']);
  });
});

describe('an own broker that is hidden', () => {
  it.each<readonly [string, BrokerFacts, readonly [string, number], boolean]>([
    ['an address of this machine, loopback only', own('127.0.0.1'), ['10.0.4.2', 1884], true],
    ['the loopback address itself', own('127.0.0.1'), ['127.0.0.1', 1884], false],
    ['another port, where another broker may run', own('127.0.0.1'), ['10.0.4.2', 1883], false],
    ['another machine', own('127.0.0.1'), ['10.0.4.9', 1884], false],
    ['a broker that listens everywhere', own('0.0.0.0'), ['10.0.4.2', 1884], false],
    ['an external broker', external('mqtt://10.0.4.2:1884'), ['10.0.4.2', 1884], false],
  ])('%s', (_name, facts, [host, port], isHidden) => {
    expect(isHiddenOwnBroker(facts, addresses, { host, port })).toBe(isHidden);
  });

  it.each([
    ['localhost', true],
    ['127.0.1.1', true],
    ['::1', true],
    ['127.example.org', false],
    ['10.127.0.1', false],
  ])('knows that %s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
