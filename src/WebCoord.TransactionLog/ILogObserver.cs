using WebCoord.Core;

namespace WebCoord.TransactionLog;

/// <summary>Is told how a log fares. Called by any thread; must neither block nor throw.</summary>
public interface ILogObserver
{
    /// <summary>The log answered.</summary>
    /// <param name="askedAt">When it was asked, as a timestamp of the time provider: what is known from the answer is
    /// known as of then, not of its arrival.</param>
    /// <param name="head">What was in the log then: who has not applied this knows less.</param>
    void Contacted(long askedAt, Zxid head);

    /// <summary>The log does not answer, or refuses.</summary>
    void Failed(LogUnavailableException failure);
}
