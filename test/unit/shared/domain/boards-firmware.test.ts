import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boardIds, boards } from '../../../../src/shared/domain/boards';

/* The firmware has its own table of the boards (firmware/core/src/board.rs); a pin that only one side allows would be offered and refused. */

const source = readFileSync(join(import.meta.dirname, '../../../../firmware/core/src/board.rs'), 'utf8');

/** The constant of a board in board.rs, field by field as it is written there. */
function firmwareBoard(id: string): Map<string, string> {
  const constant = source.split('pub const ').find((part) => part.includes(`id: "${id}",`));
  const fields = [...(constant ?? '').matchAll(/^ {4}(\w+): ((?:[^,[]|\[[^\]]*\])+),$/gm)];
  return new Map(fields.map(([, name = '', value = '']) => [name, value]));
}

const numbers = (text = ''): number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));

test.each(boardIds)('the firmware knows the pins and limits of the %s as the console does', (id) => {
  const firmware = firmwareBoard(id);
  const number = (field: string) => Number(firmware.get(field));
  expect({
    lastGpio: number('last_gpio'),
    usable: numbers(firmware.get('usable')),
    inputOnly: numbers(firmware.get('input_only')),
    i2c: { sda: number('sda'), scl: number('scl') },
    oneWire: number('one_wire'),
    pwmChannels: number('pwm_channels'),
    maxSensors: number('max_sensors'),
    maxActuators: number('max_actuators'),
  }).toEqual({
    lastGpio: boards[id].lastGpio,
    usable: boards[id].usable,
    inputOnly: boards[id].inputOnly,
    i2c: boards[id].i2c,
    oneWire: boards[id].oneWire,
    pwmChannels: boards[id].pwmChannels,
    maxSensors: boards[id].maxSensors,
    maxActuators: boards[id].maxActuators,
  });
});
