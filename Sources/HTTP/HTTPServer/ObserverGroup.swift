/// Several observers as one.
public struct ObserverGroup: ExchangeObserver {
    private let members: [any ExchangeObserver]

    /// A group; told in order.
    public init(_ members: [any ExchangeObserver]) { self.members = members }

    /// The group of what each member gives for a loop.
    public func observer(ofLoop number: Int) -> any ExchangeObserver {
        ObserverGroup(members.map { $0.observer(ofLoop: number) })
    }

    /// Tells all.
    public func didAnswer(_ exchange: Exchange) { for member in members { member.didAnswer(exchange) } }
    /// Tells all.
    public func connectionsChanged(by difference: Int) {
        for member in members { member.connectionsChanged(by: difference) }
    }
    /// Tells all.
    public func requestsInFlightChanged(by difference: Int) {
        for member in members { member.requestsInFlightChanged(by: difference) }
    }
    /// Tells all.
    public func didTurnAway(_ reason: String) { for member in members { member.didTurnAway(reason) } }
}
