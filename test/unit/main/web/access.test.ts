import { describe, expect, it } from 'vitest';
import { Access, LOGIN_CODE_LIFETIME_MS } from '../../../../src/main/web/access';
import { ManualClock } from '../../../fakes/manual-clock';

const token = 'A'.repeat(43);

function open(port = 4810) {
  const clock = new ManualClock();
  return { clock, access: new Access({ token, port, clock }) };
}

const cookieOf = (access: Access) => access.sessionCookie().split(';', 1)[0] ?? '';

describe('access', () => {
  it('knows a script by the token', () => {
    const { access } = open();
    expect(access.callerOf({ authorization: `Bearer ${token}` })).toBe('script');
    expect(access.callerOf({ authorization: `bearer ${token}` })).toBe('script');
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    token,
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
  ])('knows nobody by "%s"', (authorization) => {
    expect(open().access.callerOf(authorization === undefined ? {} : { authorization })).toBeNull();
  });

  it('knows the operator by the cookie, among others', () => {
    const { access } = open();
    expect(access.callerOf({ cookie: `theme=dark; ${cookieOf(access)}; x=1` })).toBe('operator');
  });

  it('takes no cookie of a console on another port, and never the token as cookie', () => {
    const { access } = open();
    expect(access.callerOf({ cookie: cookieOf(open(4811).access) })).toBeNull();
    expect(access.callerOf({ cookie: `leitstand-4810=${token}` })).toBeNull();
    expect(access.sessionCookie()).not.toContain(token);
  });

  it('keeps browsers logged in over a restart, and locks them out with a new token', () => {
    const cookie = cookieOf(open().access);
    expect(open().access.callerOf({ cookie })).toBe('operator');
    const other = new Access({ token: 'B'.repeat(43), port: 4810, clock: new ManualClock() });
    expect(other.callerOf({ cookie })).toBeNull();
  });

  it('hides the cookie from scripts and from other sites', () => {
    expect(open().access.sessionCookie()).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  it('takes a login code once', () => {
    const { access } = open();
    const code = access.createLoginCode();
    expect([access.redeemLoginCode(code), access.redeemLoginCode(code)]).toEqual([true, false]);
    expect(access.redeemLoginCode('')).toBe(false);
  });

  it('takes a login code for ten minutes, whatever the wall clock does', () => {
    const { access, clock } = open();
    const [inTime, late] = [access.createLoginCode(), access.createLoginCode()];
    clock.jump(3_600_000);
    clock.advance(LOGIN_CODE_LIFETIME_MS - 1);
    expect(access.redeemLoginCode(inTime)).toBe(true);
    clock.advance(1);
    expect(access.redeemLoginCode(late)).toBe(false);
  });

  it('keeps sixteen codes open and drops the oldest', () => {
    const { access } = open();
    const codes = Array.from({ length: 17 }, () => access.createLoginCode());
    expect(codes.map((code) => access.redeemLoginCode(code))).toEqual([false, ...Array<boolean>(16).fill(true)]);
  });
});
