namespace WebCoord.TransactionLog.Redis;

/// <summary>What a handshake agreed on. Redis keeps it in the head; whoever has another one is refused until it has
/// shaken hands again.</summary>
/// <param name="LogId">Made with the log and kept as long as its entries are: another id is another log.</param>
/// <param name="Nonce">Random, made with the generation.</param>
internal sealed record RedisGeneration(string LogId, string Nonce);
