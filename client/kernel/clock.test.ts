import { describe, expect, it } from "vitest";
import { ServerClock } from "./clock";

describe("server clock", () => {
  it("[CK1] believes the sample with the shortest round trip", () => {
    let local = 1000;
    const clock = new ServerClock(() => local);
    expect(clock.now()).toBe(1000);
    clock.observe(6000, 1000, 1400);
    expect(clock.offset).toBe(4800);
    clock.observe(6050, 1500, 1510);
    expect(clock.offset).toBe(4545);
    clock.observe(9000, 1600, 2600);
    expect(clock.offset).toBe(4545);
    local = 2000;
    expect(clock.now()).toBe(6545);
  });

  it("[CK1] forgets old samples, and all of them on request", () => {
    const clock = new ServerClock(() => 0);
    clock.observe(100, 0, 0);
    for (let at = 0; at < 8; at++) clock.observe(500, 0, 10);
    expect(clock.offset).toBe(495);
    clock.forget();
    expect(clock.offset).toBe(0);
  });
});
