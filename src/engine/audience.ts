import type { LeaderView } from "../core/view.js";
import type { LeaderObserver, LockEvent, LockWatcher, Unsubscribe } from "./engine.js";

/** Tells each of them; one that throws, a fault of ours, does not keep the others from being told. */
function tellEach<T>(listeners: Iterable<T>, tell: (listener: T) => void, onFault: OnFault): void {
  for (const listener of listeners) {
    try {
      tell(listener);
    } catch (error) {
      onFault(error);
    }
  }
}

type OnFault = (error: unknown) => void;

/** The observers of one election, and what they were told last: only a change is told. */
class Observers {
  private readonly observers = new Set<{ readonly observer: LeaderObserver }>();

  constructor(
    private told: LeaderView | undefined,
    private readonly onFault: OnFault,
  ) {}

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
    tellEach(
      this.observers,
      ({ observer }) => {
        observer(leader);
      },
      this.onFault,
    );
  }
}

/** Who observes elections and who watches locks. Where nobody does, it costs one look. */
export class Audience {
  private readonly elections = new Map<string, Observers>();
  private readonly watchers = new Set<{ readonly prefix: string; readonly watcher: LockWatcher }>();
  size = 0;

  constructor(private readonly onFault: OnFault) {}

  get isObserved(): boolean {
    return this.elections.size > 0;
  }

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  /** `leader` is the one of now, which this observer need not be told again. */
  observe(name: string, leader: LeaderView | undefined, observer: LeaderObserver): Unsubscribe {
    const observers = this.elections.get(name) ?? new Observers(leader, this.onFault);
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
    tellEach(
      this.watchers,
      ({ prefix, watcher }) => {
        if (event.name.startsWith(prefix)) watcher(event);
      },
      this.onFault,
    );
  }
}
