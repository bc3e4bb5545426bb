import type { ListedPort } from './serial-driver';

const ESPRESSIF = '303a';
/** The serial port and debugger that is built into the chip: C3, C5, C6, H2, P4, S3. */
const USB_SERIAL_JTAG = '303a:1001';

/**
 * Adapters by vendor:product, four lower-case hexadecimal digits each. From the manufacturers' driver packages and the Linux drivers cp210x,
 * ch341, cdc-acm, ftdi_sio and pl2303. To add one: its line here, and in resources/udev/70-leitstand.rules when its vendor is new.
 */
const adapterNames: Readonly<Record<string, string>> = {
  [USB_SERIAL_JTAG]: 'Espressif USB-Serial/JTAG',
  '303a:1002': 'Espressif USB bridge (ESP-Prog-2)',
  '10c4:ea60': 'Silicon Labs CP210x',
  '10c4:ea63': 'Silicon Labs CP2103',
  '10c4:ea70': 'Silicon Labs CP2105',
  '10c4:ea71': 'Silicon Labs CP2108',
  '1a86:7522': 'WCH CH340K',
  '1a86:7523': 'WCH CH340',
  '1a86:5523': 'WCH CH341',
  '1a86:55d2': 'WCH CH342',
  '1a86:55d3': 'WCH CH343',
  '1a86:55d4': 'WCH CH9102',
  '1a86:55d5': 'WCH CH344',
  '0403:6001': 'FTDI FT232R',
  '0403:6010': 'FTDI FT2232',
  '0403:6011': 'FTDI FT4232',
  '0403:6014': 'FTDI FT232H',
  '0403:6015': 'FTDI FT231X',
  '067b:2303': 'Prolific PL2303',
  '067b:23a3': 'Prolific PL2303GC',
};

/** The chip between USB and UART in words; for one that we do not know, its manufacturer, else the port's own name. */
export function adapterName(port: ListedPort): string {
  const known = adapterNames[adapterModel(port) ?? ''];
  if (known !== undefined) return known;
  if (port.vendorId === ESPRESSIF) return 'Espressif USB OTG';
  return port.manufacturer ?? port.path.split('/').at(-1) ?? port.path;
}

/** True when the port is the chip itself, so that it disappears for a moment whenever the chip restarts. */
export function isNativeUsb({ vendorId, productId }: ListedPort): boolean {
  return vendorId === ESPRESSIF && productId !== '1002';
}

/** Under which key things are remembered about an adapter: `vendor:product:serial`, or the path of one that has no serial number of its own. */
export function adapterKey(port: ListedPort): string {
  const model = adapterModel(port);
  return model !== undefined && isUnique(port.serialNumber) ? `${model}:${port.serialNumber}` : port.path;
}

/** `vendor:product`, or undefined for a port that is not on USB. */
export function adapterModel({ vendorId, productId }: ListedPort): string | undefined {
  return vendorId !== undefined && productId !== undefined ? `${vendorId}:${productId}` : undefined;
}

/** Cheap bridges leave the factory with 0, 0001 or nothing: a number that many adapters have names none of them. */
function isUnique(serialNumber: string | undefined): serialNumber is string {
  return serialNumber !== undefined && !/^0*[01]?$/.test(serialNumber);
}
