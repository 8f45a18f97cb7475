import type { LeaderView } from "../core/view.js";
import type { LeaderObserver, LockEvent, LockWatcher, Unsubscribe } from "./engine.js";

/** The observers of one election, and what they were told last: only a change is told. */
class Observers {
  private readonly observers = new Set<{ readonly observer: LeaderObserver }>();

  constructor(private told: LeaderView | undefined) {}

  get size(): number {
    return this.observers.size;
  }

  add(observer: LeaderObserver): () => boolean {
    const entry = { observer };
    this.observers.add(entry);
    return () => this.observers.delete(entry);
  }

  tell(leader: LeaderView | undefined): void {
    if (leader?.token === this.told?.token && leader?.value === this.told?.value) return;
    this.told = leader;
    for (const { observer } of this.observers) observer(leader);
  }
}

/** Who observes elections and who watches locks. Where nobody does, it costs one look. */
export class Audience {
  private readonly elections = new Map<string, Observers>();
  private readonly watchers = new Set<{ readonly prefix: string; readonly watcher: LockWatcher }>();
  size = 0;

  get isObserved(): boolean {
    return this.elections.size > 0;
  }

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  /** `leader` is the one of now, which this observer need not be told again. */
  observe(name: string, leader: LeaderView | undefined, observer: LeaderObserver): Unsubscribe {
    const observers = this.elections.get(name) ?? new Observers(leader);
    this.elections.set(name, observers);
    const remove = observers.add(observer);
    this.size++;
    return () => {
      if (!remove()) return;
      this.size--;
      if (observers.size === 0) this.elections.delete(name);
    };
  }

  observersOf(name: string): Observers | undefined {
    return this.elections.get(name);
  }

  watch(prefix: string, watcher: LockWatcher): Unsubscribe {
    const entry = { prefix, watcher };
    this.watchers.add(entry);
    this.size++;
    return () => {
      if (this.watchers.delete(entry)) this.size--;
    };
  }

  tellWatchers(event: LockEvent): void {
    for (const { prefix, watcher } of this.watchers) if (event.name.startsWith(prefix)) watcher(event);
  }
}
