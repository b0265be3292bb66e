import { expect, test } from "vitest";
import { manifestCache } from "./manifest-cache.ts";

const signal = new AbortController().signal;

test("a manifest is fetched once a minute, however often a draft is looked at", async () => {
  let asked = 0;
  let time = 0;
  const fetch = manifestCache(
    async (url) => Buffer.from(`${url} ${++asked}`),
    () => time,
  );
  const read = async (url: string) => (await fetch(url, { signal })).toString();
  expect([await read("https://a"), await read("https://a"), await read("https://b")]).toEqual([
    "https://a 1",
    "https://a 1",
    "https://b 2",
  ]);
  time = 59_999;
  expect(await read("https://a")).toBe("https://a 1");
  time = 60_000;
  expect(await read("https://a")).toBe("https://a 3");
});

test("a failure is not asked for again at every key stroke, and no list grows with them", async () => {
  let asked = 0;
  const fetch = manifestCache(async () => {
    asked++;
    throw new Error("no");
  });
  for (let again = 0; again < 3; again++) await expect(fetch("https://a", { signal })).rejects.toThrow("no");
  expect(asked).toBe(1);
  for (let typed = 0; typed < 40; typed++) await expect(fetch(`https://b/${typed}`, { signal })).rejects.toThrow("no");
  await expect(fetch("https://a", { signal })).rejects.toThrow("no");
  expect(asked).toBe(42);
});
