"""Words on a job that waits for something outside of the program, such as the scheduler of a cluster."""

from workbench.ui.text.i18n import tr


def here_words() -> str:
    return tr("Continue here")


def here_tip() -> str:
    return tr("Compute the rest on this machine alone; nothing is lost")
