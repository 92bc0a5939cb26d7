import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory with a repository's files and one beside it; removed when disposed. */
export class Workspace implements Disposable {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-closure-")));
  readonly root = join(this.base, "repo");
  /** A file that hostile code would make. */
  readonly mark = join(this.base, "mark");

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(join(this.root, ".git"), { recursive: true });
    this.write(files);
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }

  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(join(this.root, name), text);
    }
    return this;
  }

  link(name: string, target: string): this {
    mkdirSync(dirname(join(this.root, name)), { recursive: true });
    symlinkSync(target, join(this.root, name));
    return this;
  }
}
