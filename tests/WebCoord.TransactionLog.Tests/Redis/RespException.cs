namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Redis answered with an error; the message is its text.</summary>
internal sealed class RespException(string message) : Exception(message);
