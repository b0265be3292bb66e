import { expect, test } from "vitest";
import { crumbs, joined, modeWords, timeWords, visibleName } from "./visible-name.ts";

test("a name is drawn so that nothing in it hides", () => {
  expect(visibleName("a b.txt")).toBe("a b.txt");
  expect(visibleName("two\nlines\tand\u001b[31m")).toBe("two\\nlines\\tand\\u{1b}[31m");
  // Reads as `cod.exe` where the mark that reverses is obeyed.
  expect(visibleName("exe.\u202edoc")).toBe("exe.\\u{202e}doc");
});

test("paths and modes", () => {
  expect(crumbs("/srv/app")).toEqual([
    { name: "/", path: "/" },
    { name: "srv", path: "/srv" },
    { name: "app", path: "/srv/app" },
  ]);
  expect(crumbs("/")).toEqual([{ name: "/", path: "/" }]);
  expect([joined("/", "etc"), joined("/srv", "a")]).toEqual(["/etc", "/srv/a"]);
  expect(modeWords("folder", 0o1777)).toBe("drwxrwxrwt");
  expect(modeWords("file", 0o4755)).toBe("-rwsr-xr-x");
  expect(modeWords("file", 0o2640)).toBe("-rw-r-S---");
});

test("times are as long as each other", () => {
  expect(timeWords(new Date(2026, 10, 2, 3, 4).getTime())).toBe("2026-11-02 03:04");
});
