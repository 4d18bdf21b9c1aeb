"""Search for a goal: predict every option, race the promising ones, allocate, measure whole recipes, learn from
deviations, allocate again; then measure the chosen recipe on held-out samples."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic

from workbench.core.analysis.plan import BUDGETS, Front, Goal, Guess, Kind, Phase, Point
from workbench.core.analysis.workforce import ALONE, Workforce
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job, out_of_time
from workbench.core.base.message import Message
from workbench.core.base.system import give_memory_back
from workbench.core.recipe.recipe import Recipe
from workbench.engine.calibration import layer_context
from workbench.engine.search import goals
from workbench.engine.search.allocate import Limits
from workbench.engine.search.goals import Step
from workbench.engine.search.knowledge import MARGINS, Knowledge
from workbench.engine.search.options import Table, nothing, promising, table
from workbench.engine.search.racing import Raced, known_of, race
from workbench.engine.search.recipes import MeasuredRecipes
from workbench.engine.search.stacks import FIRST, uniform
from workbench.engine.search.trials import Trials, split
from workbench.engine.search.workers import Workers
from workbench.engine.workspace import Workspace

ROUNDS = 3  # of allocating and measuring
BETTER = 0.95  # share of the result: a round that gains less is the last one
UPDATE_S = 0.5  # between two updates that bring no new point
Others = Sequence[tuple[Kind, str, Recipe]]


def plan(
    workspace: Workspace,
    goal: Goal,
    job: Job,
    others: Others = (),
    stopping: Callable[[], bool] = lambda: False,
    measure: bool = True,
    force: Workforce = ALONE,
) -> Front:
    """Return the trade-off for a goal; `job.update` gets each Front. Raises UserError without data or layers to edit.

    others    recipes that are measured as well, and never chosen
    stopping  whether a cancelled job is to end with its result so far
    measure   False: nothing is run; earlier measurements choose the recipe, which may stay a prediction
    force     the processes that compute; the results do not depend on their number
    """
    search = Search(workspace, goal, job)
    if measure and not force.alone:
        search.workers = Workers(search.trials, force)
    search.trials.closed = search.held.closed = not measure
    try:
        search.run(others)
    except Cancelled:
        if not stopping():
            raise
        search.job = job.revived()
    finally:
        if search.workers is not None:
            search.workers.close()
    return search.finish()


class Search:
    """One search in progress: its knowledge, and the front as values."""

    def __init__(self, workspace: Workspace, goal: Goal, job: Job) -> None:
        evaluator = goals.possible(goal, workspace)
        self.workspace, self.goal, self.job = workspace, goal, job
        self.untrained: tuple[str, ...] = ()
        chosen, held = split(evaluator, goal.samples, goal.seed)
        self.trials, self.held = Trials(workspace, chosen, goal.seed), Trials(workspace, held, goal.seed)
        self.recipes = MeasuredRecipes(workspace, goal, self.trials, self.held)
        summary, metric = workspace.model.summary(), evaluator.metric.info
        original = Point("original", "original", Recipe(), summary.bytes, summary.macs)
        better = metric.higher_is_better
        original, told = self.recipes.powered(original, job), self.recipes.energy
        self.front = Front(goal, metric, better, original, selection=len(chosen), held_out=len(held), energy=told)
        self.raced: list[tuple[str, Raced]] = []
        self.known: Knowledge | None = None
        self.workers: Workers | None = None
        self.schedule = goals.Schedule(goal, job)
        self.unfinished: list[Message] = []  # what there was no time for
        self.referred: set[Recipe] = set()  # recipes that were measured for reference
        self._updated = 0.0

    def run(self, others: Others) -> None:
        """Run all but the final figures. Raises Cancelled."""
        self.known = Knowledge(self.workspace, self.goal, self.recipes, nothing(self.workspace, self.goal))
        if not self.trials.closed:
            self._measure_some(self.job.part(0.0, 0.02))
        if self.workers is not None and self.trials.run:  # not all is known: they start while this process predicts
            self.workers.begin()
        self._step_by_step(others, self.job.part(0.02, 0.95))
        while self.unfinished and self.schedule.again(
            self.job
        ):  # what a step left of its time is for those that had too little
            self.unfinished, self.raced = [], []
            self._step_by_step(others, self.job.part(0.9, 0.95))
        if not self.trials.closed and not self.unfinished:
            self.recipes.end(self.front.points)

    def _step_by_step(self, others: Others, job: Job) -> None:
        """Each step in its time; what is known is not computed again."""
        known = self._predict(job.part(0.0, 0.2))
        self._tell("measuring", 0, 0)
        self._measure_references(known.table, others, job.part(0.2, 0.3))
        self._race(known.table, job.part(0.3, 0.7))
        self._learn(known)
        if not self.trials.closed and not self.recipes.ended:
            self._refine(known, job.part(0.7, 0.93 if self.goal.retrain else 1.0))

    def finish(self) -> Front:
        """Return the front with figures on held-out samples for the chosen point, and for those it is compared with."""
        if self.goal.retrain and self.known is not None and not self.trials.closed:
            self._retrain(self.known)
        if self.known is not None and (self.unfinished or self.front.chosen is None):  # out of time, or stopped
            self._prefer_measured(self.known)
        final, done = [point for point in goals.finalists(self.goal, self.front) if self._to_verify(point)], 0
        with self._in_time("checking", self.job) as job:
            for number, point in enumerate(final):
                self.job.report(Message("verifying on held-out samples"), 0.95 + 0.05 * number / len(final))
                always = point is self.front.chosen  # what was chosen is verified even where time is up
                self._add(self.recipes.checked(point, self.job if always else job), "checking", number + 1, len(final))
                done = number + 1
        self._note_unfinished("checking", len(final) - done, len(final))
        self.front = replace(self.front, notes=tuple(self._notes()))
        return self._tell("done", 0, 0)

    def _to_verify(self, point: Point) -> bool:
        """Whether it has figures already, or may get them."""
        return point.measured is not None or not self.trials.closed

    def _retrain(self, known: Knowledge) -> None:
        """Train the best few, as Recover would; one of them may then be chosen."""
        few, done = goals.worth_training(self.goal, known, self.front), 0
        with self._in_time("retraining", self.job) as job:
            for number, point in enumerate(few):
                self._tell("retraining", number, len(few))
                part = job.part(0.9 + 0.05 * number / len(few), 0.9 + 0.05 * (number + 1) / len(few))
                try:
                    self._add(self.recipes.retrained(point, part), "retraining", number + 1, len(few))
                except UserError as error:
                    self.untrained = (Message("Not retrained: {reason}", reason=error.what),)
                done = number + 1
        self._note_unfinished("retraining", len(few) - done, len(few))
        self.front = replace(self.front, chosen=goals.chosen(self.goal, known, self.front) or self.front.chosen)

    def _prefer_measured(self, known: Knowledge) -> None:
        """Choose a recipe that is only predicted if no measured one keeps the goal."""
        best = self.front.chosen
        if best is None or best.measured is None:
            known.learn(self.raced, self.front.points)
            self.front = replace(self.front, chosen=goals.chosen(self.goal, known, self.front) or best)

    def _free(self) -> None:
        """Free what calibration keeps to continue from layer to layer, and return freed memory to the system."""
        if self.workspace.calibration is not None:
            layer_context.release(self.workspace.calibration, self.workspace.cache)
        give_memory_back()

    # -- time ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def _in_time(self, step: Step, job: Job) -> Iterator[Job]:
        """Give a job that ends when the step's time is up; Cancelled is raised if the user stops the search."""
        pace, whole = self.recipes.pace, 2 * BUDGETS if self.goal.whole else 2
        last = 0.0 if step == "checking" else whole * pace * len(self.held.order)
        with self.job.ending(self.schedule.until(step, job, last)) as limited:
            yield limited

    def _note_unfinished(self, step: Step, left: int, total: int = 0) -> None:
        if left:
            self.unfinished.append(goals.undone(step, left, total))

    # -- the steps -----------------------------------------------------------------------------------------------------

    def _measure_some(self, job: Job) -> None:
        """Measure a few uniform recipes on the first samples, for display and to predict drops until more is known."""
        if self.goal.layers or self.goal.target:
            return
        chosen = {name: stack for name, stack in uniform(self.goal.families).items() if name in FIRST}
        with self._in_time("first", job) as job:
            for number, (name, stack) in enumerate(chosen.items()):
                job.report(Message("measuring {recipe}", recipe=name), number / len(chosen))
                recipe = Recipe(seed=self.goal.seed).with_actions(["*"], stack)
                self._measure("uniform", name, recipe, number + 1, len(chosen), job, first=True)

    def _predict(self, job: Job) -> Knowledge:
        """Predict every option, or as many as there is time for."""
        helped = None if self.workers is None else self.workers.edit
        job = self.schedule.until("predicting", job)
        found = table(self.workspace, self.goal, job, self._foresee, helped, partial_too=True)
        self._note_unfinished("predicting", found.skipped, found.total)
        self._free()
        self.known = self._foresee(found)
        self.job.check()
        return self.known

    def _foresee(self, found: Table) -> Knowledge:
        """Predict the front from predictions for single layers alone."""
        known = Knowledge(self.workspace, self.goal, self.recipes, found)
        news = self.trials.run or self.goal.layers or self.goal.target  # otherwise what was measured follows at once
        if found.known.kind == "loss" and news and not self.trials.closed:
            known.guess(self.front.points)
            self.front = replace(self.front, predicted=self._line(known))
            self._updated = 0.0
            self._tell("predicting", 0, 0)
        return known

    def _measure_references(self, found: Table, others: Others, job: Job) -> None:
        """Measure the user's recipes, uniform ones, and those that an earlier search measured."""
        wanted: list[tuple[Kind, str, Recipe]] = list(others)
        wanted += [("uniform", name, recipe) for name, recipe in self.recipes.uniform(found.layers)]
        known = {recipe.in_effect for _, _, recipe in wanted}
        earlier = [recipe for recipe in self.recipes.earlier() if recipe.in_effect not in known]
        usable = [recipe for recipe in earlier if self.recipes.may_use(found.layers, recipe)]
        wanted += [("search", f"search {number + 1}", recipe) for number, recipe in enumerate(usable)]
        with self._in_time("references", job) as job:
            if self.workers is not None:
                uniform = [[self.recipes.stacks(recipe)] for kind, _, recipe in wanted if kind == "uniform"]
                list(self.workers.measure(uniform, job))
            for number, (kind, name, recipe) in enumerate(wanted):
                job.report(Message("measuring {recipe}", recipe=name), number / len(wanted))
                self._measure(kind, name, recipe, number + 1, len(wanted), job)
                self.referred.add(recipe.in_effect)
        self._note_unfinished("references", sum(row[2].in_effect not in self.referred for row in wanted), len(wanted))

    def _race(self, found: Table, job: Job) -> None:
        sizes = {layer.path: layer.bytes for layer in self.workspace.model.layers}
        places = promising(found, sizes)
        if self.goal.seconds:  # which may not be enough for all: the largest layers first
            places = dict(sorted(places.items(), key=lambda each: -sum(sizes[path] for path in each[1][0].stacks)))
        total, done, raced = sum(map(len, places.values())), 0, set[str]()
        with self._in_time("racing", job) as job:
            if self.workers is not None:
                for count, _ in enumerate(self.workers.race(list(places.values()), job), 1):
                    job.report(Message("trying the candidates"), count / len(places))
                    self._tell("racing", count * total // len(places), total)
            for place, options in places.items():
                job.report(Message("trying {path}", path=place), done / total)
                self.raced += [(place, each) for each in race(options, self.trials, job)]
                raced.add(place)
                done += len(options)
                self._tell("racing", done, total)
        not_raced = {place: options for place, options in places.items() if place not in raced}
        self.raced += known_of(not_raced, self.trials, found.known.kind == "loss")
        tried = {each.option.key for _, each in self.raced if each.samples}
        self._note_unfinished(
            "racing", sum(each.key not in tried for place in not_raced.values() for each in place), total
        )

    def _learn(self, known: Knowledge) -> None:
        """Learn from all measurements; update front and choice."""
        known.learn(self.raced, self.front.points)
        self._choose(known)
        self.front = replace(self.front, predicted=self._line(known))

    def _line(self, known: Knowledge) -> tuple[tuple[int, float], ...]:
        """Return the predicted front, or the previous one if there is no time to compute it."""
        return known.line(self.schedule.until("checking", self.job)) or self.front.predicted

    def _choose(self, known: Knowledge) -> None:
        """Choose the best measured point; before any meets the goal, its allocation, as a prediction."""
        best = goals.chosen(self.goal, known, self.front)
        limits = goals.expected(self.goal, known, self.front)
        if limits is not None and (best is None or best.kind == "uniform" or self.trials.closed):
            recipe = known.allocated(limits, MARGINS[0], self.job)
            if recipe is not None and not self._is_known(recipe):
                guess = self.recipes.guess("allocation", "search", recipe, known.predicted(recipe), self.job)
                best = guess if best is None or goals.promises(self.goal, known, guess, best) else best
        self.front = replace(self.front, chosen=best)
        self._updated = 0.0
        self._tell(self.front.phase, self.front.done, self.front.total)

    def _refine(self, known: Knowledge, job: Job) -> None:
        """Measure whole recipes, and learn from them, until nothing improves."""
        with self._in_time("measuring", job) as job:
            for number in range(ROUNDS):
                budgets = known.budgets()
                before = goals.reached(self.goal, known, self.front, budgets)
                new = self._round(known, number, job.part(number / ROUNDS, (number + 1) / ROUNDS))
                self._learn(known)
                after = goals.reached(self.goal, known, self.front, budgets)
                gained = any(now < BETTER * then for then, now in zip(before, after, strict=True))
                if not new or (number and not gained):
                    break
            return
        self._note_unfinished("measuring", 1)
        self._learn(known)

    def _round(self, known: Knowledge, number: int, job: Job) -> int:
        """Measure an allocation within each of the limits; return how many were new."""
        new: dict[Recipe, tuple[Kind, Recipe]] = {}
        for limits in goals.wanted(self.goal, known, self.front):
            for kind, recipe in self._proposed(known, limits, number == 0, job):
                if number == 0 or goals.promises_more(self.goal, known, self.front, limits, recipe):
                    new.setdefault(recipe.in_effect, (kind, recipe))
        expected = self.front.chosen
        if expected is not None and expected.measured is None:  # it is not proposed again for certain
            new.setdefault(expected.recipe.in_effect, ("search", expected.recipe))
        if self.workers is not None:
            list(self.workers.measure([[self.recipes.stacks(recipe)] for _, recipe in new.values()], job))
        for done, (kind, recipe) in enumerate(new.values()):
            job.report(Message("measuring whole recipes"), done / len(new))
            name = "layer by layer" if kind == "greedy" else "search"
            name = f"{name} {len(self.front.of(kind)) + 1}"
            self._measure(kind, name, recipe, done + 1, len(new), job, known.predicted(recipe))
        return len(new)

    def _proposed(self, known: Knowledge, limits: Limits, first: bool, job: Job) -> Iterator[tuple[Kind, Recipe]]:
        """Yield the allocation or, if measured, one with other margins of error; at first the greedy one, too."""
        if first and limits.bytes is not None and not limits.smallest and not self.goal.whole:
            recipe = known.greedy(limits.bytes)
            if recipe is not None and not self._is_known(recipe):
                yield "greedy", recipe
        for margin in MARGINS:
            recipe = known.allocated(limits, margin, job)
            if recipe is not None and not self._is_known(recipe):
                yield "search", recipe
                return

    def _is_known(self, recipe: Recipe) -> bool:
        return any(point.recipe.in_effect == recipe.in_effect for point in self.front.points)

    def _measure(
        self,
        kind: Kind,
        name: str,
        recipe: Recipe,
        done: int,
        total: int,
        job: Job,
        predicted: Guess | None = None,
        first: bool = False,
    ) -> None:
        try:
            point = self.recipes.point(name, kind, recipe, predicted, job, first)
        except UserError:  # a recipe of another model, or steps that do not go together in one
            return
        if point is not None:
            self._add(point, "measuring", done, total)

    # -- updates -------------------------------------------------------------------------------------------------------

    def _notes(self) -> list[str]:
        notes = list[str]()
        if self.known is not None and (obstacle := self.known.table.known.obstacle):
            notes.append(obstacle)
        if not self.goal.whole and self.front.chosen is None:
            notes.append(Message("No recipe within the limits was found."))
        if self.front.chosen is not None and not self.front.chosen.recipe.in_effect.rows:
            notes.append(Message("The original is within the limits: the chosen recipe has no steps."))
        if self.workers is not None and self.workers.crew.lost:
            notes.append(self.workers.crew.lost)
        if self.unfinished:
            notes += out_of_time(self.unfinished)
        if self.workspace.training is None:
            notes.append(
                Message(
                    "No calibration data was given: the inputs of all samples are used for calibration, "
                    "without their labels."
                )
            )
        if any(point.recipe.asks_for_integers for point in self.front.points):
            notes.append(
                Message(
                    "8-bit activations were measured in all layers that have such a step. The recipes "
                    "that the search found keep them there, even where that is slower (integers: all)."
                )
            )
        return [
            *notes,
            *self.recipes.uniform_notes(),
            *self.recipes.latency_notes(),
            *self.recipes.energy_notes(),
            *self.untrained,
        ]

    def _add(self, point: Point, phase: Phase, done: int, total: int) -> None:
        self.front = self.front.with_point(point)
        chosen = self.front.chosen
        if chosen is not None and chosen.key == point.key:
            self.front = replace(self.front, chosen=point)
        self._updated = 0.0
        self._tell(phase, done, total)

    def _tell(self, phase: Phase, done: int, total: int) -> Front:
        """Send an update; rarely if only the count has changed."""
        run, known = self.trials.run + self.held.run, self.trials.known + self.held.known
        self.front = replace(self.front, phase=phase, done=done, total=total, trials=run, known=known)
        if monotonic() - self._updated > UPDATE_S or phase == "done":
            self._updated = monotonic()
            self.job.update(self.front)
        return self.front
