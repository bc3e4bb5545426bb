import type { BrokerProposal } from '../../shared/api/provisioning';

/** The broker that the console is connected to. */
export type BrokerFacts =
  | { readonly kind: 'own'; readonly listensAt: string; readonly port: number }
  | { readonly kind: 'external'; readonly url: string };

/** An address of this machine, with the name of its network interface. */
export type MachineAddress = {
  readonly interfaceName: string;
  readonly address: string;
  readonly family: 4 | 6;
  /** Loopback. */
  readonly isInternal: boolean;
};

const LOOPBACK = '127.0.0.1';
/** Assigned by IANA to MQTT and MQTT over TLS. */
const MQTT_PORT = 1883;
const MQTTS_PORT = 8883;
/** Interfaces of containers, virtual machines and tunnels: no device is behind them. */
const virtual = /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|tun|tap|wg|utun|tailscale|zt|lxc|cni)/i;

/** What devices should be given as their broker, the likeliest address first. */
export function proposalOf(facts: BrokerFacts, addresses: readonly MachineAddress[]): BrokerProposal {
  const own = reachableAddresses(addresses);
  if (facts.kind === 'own') {
    const { listensAt, port } = facts;
    const isLoopbackOnly = isLoopback(listensAt);
    const isEverywhere = listensAt === '0.0.0.0' || listensAt === '::';
    const hosts = isLoopbackOnly ? [...own, LOOPBACK] : isEverywhere ? own : [listensAt];
    return { isOwnBroker: true, hosts: orLoopback(hosts), port, tls: false, isLoopbackOnly };
  }
  const { hostname, port, protocol } = new URL(facts.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const tls = protocol === 'mqtts:' || protocol === 'wss:' || protocol === 'ssl:';
  // Devices speak MQTT over TCP: the port of a WebSocket listener is of no use to them.
  const isWeb = protocol === 'ws:' || protocol === 'wss:';
  const usual = tls ? MQTTS_PORT : MQTT_PORT;
  return {
    isOwnBroker: false,
    hosts: isLoopback(host) ? [...own, host] : [host],
    port: isWeb || port === '' ? usual : Number(port),
    tls,
    isLoopbackOnly: false,
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Would a device that is given this address look for the own broker in the network, where it does not listen? */
export function isHiddenOwnBroker(
  facts: BrokerFacts,
  addresses: readonly MachineAddress[],
  broker: { readonly host: string; readonly port: number },
): boolean {
  if (facts.kind !== 'own' || facts.port !== broker.port || !isLoopback(facts.listensAt)) return false;
  return !isLoopback(broker.host) && addresses.some(({ address }) => address === broker.host);
}

/** Of the network, IPv4 first, virtual interfaces last. Link-local IPv6 addresses need a zone, which a device cannot be given. */
function reachableAddresses(addresses: readonly MachineAddress[]): string[] {
  const rank = ({ interfaceName, family }: MachineAddress): number =>
    (virtual.test(interfaceName) ? 2 : 0) + (family === 6 ? 1 : 0);
  return addresses
    .filter(({ isInternal, address }) => !isInternal && !/^fe80:/i.test(address))
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ address }) => address);
}

function orLoopback(hosts: readonly string[]): string[] {
  return hosts.length > 0 ? [...hosts] : [LOOPBACK];
}
