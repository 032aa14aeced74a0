"""``python -m server dashboard.ipynb``: takes every option of ``voila`` and those of `server.app`."""

from server.app import DashboardServer

if __name__ == "__main__":
    DashboardServer.launch_instance()
