import CZlib
import HTTPServer
