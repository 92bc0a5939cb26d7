/** Loaded by Bun's test runner before the files of `cueloop test`: gives them the modules of the program. */

import { cueloopModule } from "../../api/module.ts";
import { testingModule } from "../../api/testing/module.ts";
import { installModules } from "../../runtime/load/modules.ts";
import { Session } from "../frame/session.ts";
import { terminals } from "../frame/terminal.ts";
import { apiHost } from "./host.ts";

const session = new Session({
  env: process.env,
  cwd: process.cwd(),
  argv: ["test"],
  path: ["test"],
  noConfigTs: false,
  kind: "none",
  insideRunAllowed: false,
  verbose: false,
  color: "auto",
  isTerminal: terminals(),
});

installModules({
  cueloop: () => cueloopModule(apiHost(session)),
  "cueloop/testing": () => testingModule(process.execPath, process.env),
});
