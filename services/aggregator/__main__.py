"""python -m services.aggregator"""

from services.aggregator.app import main

main()
