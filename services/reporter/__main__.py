"""python -m services.reporter"""

from services.reporter.app import main

main()
