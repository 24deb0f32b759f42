"""python -m services.svr"""

from services.svr.app import main

main()
