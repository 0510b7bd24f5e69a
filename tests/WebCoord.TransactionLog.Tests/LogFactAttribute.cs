using Xunit.Sdk;

namespace WebCoord.TransactionLog.Tests;

/// <summary>A test that the tests of every log inherit. It is skipped where their class says why, in a static property
/// <c>WhySkipped</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("WebCoord.TransactionLog.Tests.LogFactDiscoverer", "WebCoord.TransactionLog.Tests")]
internal sealed class LogFactAttribute : FactAttribute;
