/* What the benchmark twin measures, bundled for it by Vite: the simulated devices without sockets, clock and physics. */
export { PacketSplitter } from '../../src/main/plant/packet-splitter';
export { loadTwinModule } from '../../src/main/plant/twin-module';
