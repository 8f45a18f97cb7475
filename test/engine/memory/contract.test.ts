import { describeEngine } from "../../contract/engine.js";
import { makeMemory } from "./make.js";

describeEngine("memory", (setting) => Promise.resolve(makeMemory(setting)));
