<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name />
    <message>
      <source>Adam (Kingma and Ba 2015), or SGD with momentum 0.9.</source>
      <extracomment>distill</extracomment>
      <translation>Adam（Kingma 与 Ba，2015），或动量为 0.9 的 SGD。</translation>
    </message>
    <message>
      <source>Alpha</source>
      <extracomment>distill</extracomment>
      <translation>Alpha</translation>
    </message>
    <message>
      <source>Anchor</source>
      <extracomment>distill</extracomment>
      <translation>锚定</translation>
    </message>
    <message>
      <source>Anchor strength</source>
      <extracomment>distill</extracomment>
      <translation>锚定强度</translation>
    </message>
    <message>
      <source>Attention</source>
      <extracomment>distill</extracomment>
      <translation>注意力</translation>
    </message>
    <message>
      <source>Augmentation: random shift by up to this many pixels.</source>
      <extracomment>distill</extracomment>
      <translation>图像增强：随机平移，最多这么多像素。</translation>
    </message>
    <message>
      <source>Batchnorm</source>
      <extracomment>distill</extracomment>
      <translation>批归一化</translation>
    </message>
    <message>
      <source>Distil</source>
      <extracomment>distill</extracomment>
      <translation>蒸馏</translation>
    </message>
    <message>
      <source>Early stopping after this many epochs without improvement; 0: never.</source>
      <extracomment>distill</extracomment>
      <translation>提前停止：连续这么多轮没有改进就结束；0：从不。</translation>
    </message>
    <message>
      <source>Ema</source>
      <extracomment>distill</extracomment>
      <translation>滑动平均</translation>
    </message>
    <message>
      <source>Entropy</source>
      <extracomment>distill</extracomment>
      <translation>熵</translation>
    </message>
    <message>
      <source>Epochs</source>
      <extracomment>distill</extracomment>
      <translation>轮数</translation>
    </message>
    <message>
      <source>Feature weight</source>
      <extracomment>distill</extracomment>
      <translation>特征权重</translation>
    </message>
    <message>
      <source>Features</source>
      <extracomment>distill</extracomment>
      <translation>特征</translation>
    </message>
    <message>
      <source>Flip</source>
      <extracomment>distill</extracomment>
      <translation>翻转</translation>
    </message>
    <message>
      <source>Forget</source>
      <extracomment>distill</extracomment>
      <translation>遗忘</translation>
    </message>
    <message>
      <source>Frozen</source>
      <extracomment>distill</extracomment>
      <translation>冻结</translation>
    </message>
    <message>
      <source>Group lasso</source>
      <extracomment>distill</extracomment>
      <translation>组 Lasso</translation>
    </message>
    <message>
      <source>Image augmentation: horizontal flip with probability 0.5.</source>
      <extracomment>distill</extracomment>
      <translation>图像增强：以 0.5 的概率水平翻转。</translation>
    </message>
    <message>
      <source>Knowledge distillation: trains the compressed model on the outputs of a teacher, and on labels if the data has them.</source>
      <extracomment>distill</extracomment>
      <translation>知识蒸馏：用教师模型的输出训练压缩后的模型；数据有标签时同时使用标签。</translation>
    </message>
    <message>
      <source>L1</source>
      <extracomment>distill</extracomment>
      <translation>L1</translation>
    </message>
    <message>
      <source>L1 penalty λ·Σ|w| on float weights, for sparsity: the value of λ.</source>
      <extracomment>distill</extracomment>
      <translation>诱导稀疏的 L1 惩罚项 λ·Σ|w|，作用于浮点权重：λ 的值。</translation>
    </message>
    <message>
      <source>Layers to keep fixed: a comma-separated list of paths and globs.</source>
      <extracomment>distill</extracomment>
      <translation>保持固定的层：以逗号分隔的路径或通配符。</translation>
    </message>
    <message>
      <source>Layers to train: all (including norms), edited, or a comma-separated list of paths and globs.</source>
      <extracomment>distill</extracomment>
      <translation>要训练的层：all（全部，含归一化层）、edited（已编辑的层），或以逗号分隔的路径与通配符。</translation>
    </message>
    <message>
      <source>Layers whose outputs also learn from the teacher's (FitNets): comma-separated paths, student=teacher if they differ.</source>
      <extracomment>distill</extracomment>
      <translation>输出也向教师学习的层（FitNets）：以逗号分隔的路径，名称不同时写作 学生=教师。</translation>
    </message>
    <message>
      <source>Learning rate schedule: cosine decay to zero, constant, or divided by ten after 50 % and 75 % of the steps.</source>
      <extracomment>distill</extracomment>
      <translation>学习率计划：余弦衰减到零、恒定，或在 50 % 和 75 % 的步数后各除以十。</translation>
    </message>
    <message>
      <source>Match attention maps instead of the features themselves (attention transfer).</source>
      <extracomment>distill</extracomment>
      <translation>匹配注意力图，而不是特征本身（注意力迁移）。</translation>
    </message>
    <message>
      <source>Measure and keep a moving average of the weights with this decay; 0: the weights themselves. It helps where the rate stays high (Izmailov et al. 2018).</source>
      <extracomment>distill</extracomment>
      <translation>按此衰减系数对权重取滑动平均，测量并保留平均后的权重；0 表示直接使用权重。学习率一直较高时有帮助（Izmailov 等，2018）。</translation>
    </message>
    <message>
      <source>Minutes</source>
      <extracomment>distill</extracomment>
      <translation>分钟</translation>
    </message>
    <message>
      <source>Model files with commas between, averaged; empty: the original.</source>
      <extracomment>distill</extracomment>
      <translation>以逗号分隔的模型文件，对其输出取平均；留空：原始模型。</translation>
    </message>
    <message>
      <source>Optimiser</source>
      <extracomment>distill</extracomment>
      <translation>优化器</translation>
    </message>
    <message>
      <source>Optimiser steps, at least; whole passes over the training samples are made, three or more.</source>
      <extracomment>distill</extracomment>
      <translation>优化器的最少步数；按训练样本的完整轮次进行，至少三轮。</translation>
    </message>
    <message>
      <source>Passes over the training samples.</source>
      <extracomment>distill</extracomment>
      <translation>遍历训练样本的次数。</translation>
    </message>
    <message>
      <source>Patience</source>
      <extracomment>distill</extracomment>
      <translation>耐心</translation>
    </message>
    <message>
      <source>Penalise distance from the starting weights: equally for all weights (L2-SP, Li et al. 2018), or weighted by Fisher information (EWC, Kirkpatrick et al. 2017).</source>
      <extracomment>distill</extracomment>
      <translation>惩罚与初始权重的距离：对所有权重相同（L2-SP，Li 等 2018），或按 Fisher 信息加权（EWC，Kirkpatrick 等 2017）。</translation>
    </message>
    <message>
      <source>Penalty λ·Σ√n·‖w_c‖ on the n weights of each output channel of float weights, which makes whole channels zero: the value of λ (Wen et al. 2016).</source>
      <extracomment>distill</extracomment>
      <translation>对浮点权重每个输出通道的 n 个权重施加惩罚 λ·Σ√n·‖w_c‖，使整个通道变为零：此处为 λ 的值（Wen 等，2016）。</translation>
    </message>
    <message>
      <source>Pruned float layers: set all zeros at the start, or increase sparsity gradually over the first two thirds of the stage (cubic: Zhu and Gupta 2017).</source>
      <extracomment>distill</extracomment>
      <translation>已剪枝的浮点层：一开始就全部置零，或在本阶段前三分之二逐渐提高稀疏度（cubic：Zhu 与 Gupta 2017）。</translation>
    </message>
    <message>
      <source>Rate</source>
      <extracomment>distill</extracomment>
      <translation>学习率</translation>
    </message>
    <message>
      <source>Rate factor</source>
      <extracomment>distill</extracomment>
      <translation>学习率倍数</translation>
    </message>
    <message>
      <source>Samples per training step.</source>
      <extracomment>distill</extracomment>
      <translation>每个训练步的样本数。</translation>
    </message>
    <message>
      <source>Schedule</source>
      <extracomment>distill</extracomment>
      <translation>学习率计划</translation>
    </message>
    <message>
      <source>Share of the steps in which the learning rate rises to its highest value.</source>
      <extracomment>distill</extracomment>
      <translation>学习率升至最高值所用的步数占比。</translation>
    </message>
    <message>
      <source>Shift</source>
      <extracomment>distill</extracomment>
      <translation>平移</translation>
    </message>
    <message>
      <source>Sparsify</source>
      <extracomment>distill</extracomment>
      <translation>稀疏化</translation>
    </message>
    <message>
      <source>T: softens the softmax of teacher and student.</source>
      <extracomment>distill</extracomment>
      <translation>T：软化教师与学生的 softmax。</translation>
    </message>
    <message>
      <source>Teacher</source>
      <extracomment>distill</extracomment>
      <translation>教师</translation>
    </message>
    <message>
      <source>Temperature</source>
      <extracomment>distill</extracomment>
      <translation>温度</translation>
    </message>
    <message>
      <source>The highest learning rate, as a multiple of what a short range test proposes (Smith 2017).</source>
      <extracomment>distill</extracomment>
      <translation>最高学习率，以短时范围测试建议值的倍数表示（Smith，2017）。</translation>
    </message>
    <message>
      <source>The highest learning rate.</source>
      <extracomment>distill</extracomment>
      <translation>最高学习率。</translation>
    </message>
    <message>
      <source>Trainable</source>
      <extracomment>distill</extracomment>
      <translation>可训练</translation>
    </message>
    <message>
      <source>Training time, in place of epochs. The number of steps then depends on the machine, so results are not reproducible to the byte.</source>
      <extracomment>distill</extracomment>
      <translation>训练时间，代替轮数。此时步数取决于机器，因此结果无法逐字节重现。</translation>
    </message>
    <message>
      <source>Warmup</source>
      <extracomment>distill</extracomment>
      <translation>预热</translation>
    </message>
    <message>
      <source>Warn when the accuracy of a class drops by more than this, beyond the sampling error; 0: never.</source>
      <extracomment>distill</extracomment>
      <translation>某一类别的准确率下降超过此值且超出抽样误差时提示；0 表示不提示。</translation>
    </message>
    <message>
      <source>Weight of the distillation loss; the label loss gets the rest.</source>
      <extracomment>distill</extracomment>
      <translation>蒸馏损失的权重；其余归标签损失。</translation>
    </message>
    <message>
      <source>Weight of the feature loss.</source>
      <extracomment>distill</extracomment>
      <translation>特征损失的权重。</translation>
    </message>
    <message>
      <source>Weight β of the penalty β/2·Σ(w − w₀)².</source>
      <extracomment>distill</extracomment>
      <translation>惩罚项 β/2·Σ（w − w₀）² 的权重 β。</translation>
    </message>
    <message>
      <source>Weight λ of the entropy penalty λ·(mean bits per weight), estimated from how often each level occurs, on layers with evenly spaced levels. Shortens Huffman codes (Oktay et al. 2020).</source>
      <extracomment>distill</extracomment>
      <translation>熵惩罚 λ·（每权重平均位数）的权重 λ，按各级别出现的频率估计，作用于量化级别均匀分布的层。使霍夫曼编码变短（Oktay 等，2020）。</translation>
    </message>
    <message>
      <source>Whether the quantisation step size is learned (LSQ, Esser et al. 2020) or stays fixed.</source>
      <extracomment>distill</extracomment>
      <translation>量化步长是学习得到（LSQ，Esser 等 2020），还是保持固定。</translation>
    </message>
    <message>
      <source>adam</source>
      <extracomment>distill</extracomment>
      <translation>Adam</translation>
    </message>
    <message>
      <source>constant</source>
      <extracomment>distill</extracomment>
      <translation>恒定</translation>
    </message>
    <message>
      <source>cosine</source>
      <extracomment>distill</extracomment>
      <translation>余弦</translation>
    </message>
    <message>
      <source>cubic</source>
      <extracomment>distill</extracomment>
      <translation>三次</translation>
    </message>
    <message>
      <source>ewc</source>
      <extracomment>distill</extracomment>
      <translation>EWC</translation>
    </message>
    <message>
      <source>exponential</source>
      <extracomment>distill</extracomment>
      <translation>指数</translation>
    </message>
    <message>
      <source>export: train the model as it will be exported (quantisation included). quantize: train before the quantisation steps, which then start from the trained weights. prune: train the original first, so that all steps choose by the trained weights (sparse training).</source>
      <extracomment>distill</extracomment>
      <translation>export：训练将要导出的模型（包括量化）。quantize：在量化步骤之前训练，量化步骤随后从训练后的权重开始。prune：先训练原始模型，所有步骤都按训练后的权重进行选择（稀疏训练）。</translation>
    </message>
    <message>
      <source>folded</source>
      <extracomment>distill</extracomment>
      <translation>已合并</translation>
    </message>
    <message>
      <source>l2sp</source>
      <extracomment>distill</extracomment>
      <translation>L2-SP</translation>
    </message>
    <message>
      <source>linear</source>
      <extracomment>distill</extracomment>
      <translation>线性</translation>
    </message>
    <message>
      <source>minutes</source>
      <extracomment>distill</extracomment>
      <translation>分钟</translation>
    </message>
    <message>
      <source>none</source>
      <extracomment>distill</extracomment>
      <translation>无</translation>
    </message>
    <message>
      <source>one-shot</source>
      <extracomment>distill</extracomment>
      <translation>一次完成</translation>
    </message>
    <message>
      <source>pixel</source>
      <extracomment>distill</extracomment>
      <translation>像素</translation>
    </message>
    <message>
      <source>point</source>
      <extracomment>distill</extracomment>
      <translation>点</translation>
    </message>
    <message>
      <source>prune</source>
      <extracomment>distill</extracomment>
      <translation>剪枝</translation>
    </message>
    <message>
      <source>sgd</source>
      <extracomment>distill</extracomment>
      <translation>SGD</translation>
    </message>
    <message>
      <source>step</source>
      <extracomment>distill</extracomment>
      <translation>阶梯</translation>
    </message>
    <message>
      <source>train</source>
      <extracomment>distill</extracomment>
      <translation>训练</translation>
    </message>
    <message>
      <source>train: BatchNorm that was folded into a layer takes part in training with the statistics of each batch, and is folded again at the end (Ioffe and Szegedy 2015). folded: it stays folded.</source>
      <extracomment>distill</extracomment>
      <translation>train：已合并到层中的 BatchNorm 以每批样本的统计量参与训练，结束时再次合并（Ioffe 与 Szegedy，2015）。folded：保持合并状态。</translation>
    </message>
    <message>
      <source>Distil the block</source>
      <extracomment>distill.block</extracomment>
      <translation>逐块蒸馏</translation>
    </message>
    <message>
      <source>Kernel</source>
      <extracomment>distill.block</extracomment>
      <translation>卷积核</translation>
    </message>
    <message>
      <source>Kernel size of the convolution, the same along each axis.</source>
      <extracomment>distill.block</extracomment>
      <translation>卷积核大小，各轴相同。</translation>
    </message>
    <message>
      <source>Module to replace, such as blocks.2; empty: the module that contains the layer.</source>
      <extracomment>distill.block</extracomment>
      <translation>要替换的模块，例如 blocks.2；留空：包含该层的模块。</translation>
    </message>
    <message>
      <source>Replacement for the block: one convolution or linear layer, or nothing (identity), if input and output shapes match.</source>
      <extracomment>distill.block</extracomment>
      <translation>块的替代：一个卷积层或线性层；若输入与输出形状相同，也可以什么都不放（恒等）。</translation>
    </message>
    <message>
      <source>Replaces the whole module around the layer by one layer, fitted to reproduce the module's outputs on the calibration samples, or removes the module.</source>
      <extracomment>distill.block</extracomment>
      <translation>用一个层替换该层所在的整个模块，并在校准样本上拟合以重现该模块的输出；或移除该模块。</translation>
    </message>
    <message>
      <source>Ridge penalty of the least-squares fit, relative to the mean square of the inputs.</source>
      <extracomment>distill.block</extracomment>
      <translation>最小二乘拟合的岭惩罚，相对于输入的均方值。</translation>
    </message>
    <message>
      <source>Span</source>
      <extracomment>distill.block</extracomment>
      <translation>跨度</translation>
    </message>
    <message>
      <source>identity</source>
      <extracomment>distill.block</extracomment>
      <translation>恒等</translation>
    </message>
    <message>
      <source>A convolution in {count} groups</source>
      <extracomment>distill.layer</extracomment>
      <translation>分为 {count} 组的卷积</translation>
    </message>
    <message>
      <source>Channels between the student's two factors.</source>
      <extracomment>distill.layer</extracomment>
      <translation>学生两个因子之间的通道数。</translation>
    </message>
    <message>
      <source>Depth multiplier: kernels per input channel. With as many kernels as a kernel has values, the student can represent the layer exactly.</source>
      <extracomment>distill.layer</extracomment>
      <translation>深度乘数：每个输入通道的卷积核数。当其等于一个卷积核的元素数时，学生可以精确表示该层。</translation>
    </message>
    <message>
      <source>Distil the layer</source>
      <extracomment>distill.layer</extracomment>
      <translation>逐层蒸馏</translation>
    </message>
    <message>
      <source>Groups</source>
      <extracomment>distill.layer</extracomment>
      <translation>分组</translation>
    </message>
    <message>
      <source>Multiplier</source>
      <extracomment>distill.layer</extracomment>
      <translation>倍数</translation>
    </message>
    <message>
      <source>Number of channel groups; it must divide the input and the output channels.</source>
      <extracomment>distill.layer</extracomment>
      <translation>通道组数；必须能整除输入和输出通道数。</translation>
    </message>
    <message>
      <source>Replaces the layer by a smaller student, trained by backpropagation to reproduce the layer's outputs on the calibration samples.</source>
      <extracomment>distill.layer</extracomment>
      <translation>用更小的学生替换该层，通过反向传播训练它在校准样本上重现该层的输出。</translation>
    </message>
    <message>
      <source>Structure of the student: two low-rank factors, a depthwise separable convolution, or a grouped convolution.</source>
      <extracomment>distill.layer</extracomment>
      <translation>学生的结构：两个低秩因子、深度可分离卷积，或分组卷积。</translation>
    </message>
    <message>
      <source>Student</source>
      <extracomment>distill.layer</extracomment>
      <translation>学生</translation>
    </message>
    <message>
      <source>factors</source>
      <extracomment>distill.layer</extracomment>
      <translation>因子</translation>
    </message>
    <message>
      <source>grouped</source>
      <extracomment>distill.layer</extracomment>
      <translation>分组卷积</translation>
    </message>
    <message>
      <source>separable</source>
      <extracomment>distill.layer</extracomment>
      <translation>深度可分离</translation>
    </message>
    <message>
      <source>{count} kernels for each of {inputs} inputs, and a 1 × 1 convolution</source>
      <extracomment>distill.layer</extracomment>
      <translation>{inputs} 个输入各 {count} 个核，再加一个 1 × 1 卷积</translation>
    </message>
    <message>
      <source>Ends training after this many of the steps, with the best weights so far; 0 is after all of them.</source>
      <extracomment>distill.refine</extracomment>
      <translation>在这么多步之后结束训练，并采用到此为止最好的权重；0 表示全部步数之后。</translation>
    </message>
    <message>
      <source>Learning rate of Adam, falling to zero as a cosine.</source>
      <extracomment>distill.refine</extracomment>
      <translation>Adam 的学习率，按余弦降到零。</translation>
    </message>
    <message>
      <source>Refine on the layer's outputs</source>
      <extracomment>distill.refine</extracomment>
      <translation>按层输出精调</translation>
    </message>
    <message>
      <source>Stop</source>
      <extracomment>distill.refine</extracomment>
      <translation>停止</translation>
    </message>
    <message>
      <source>Training steps of 1,024 input rows.</source>
      <extracomment>distill.refine</extracomment>
      <translation>训练步数，每步 1,024 行输入。</translation>
    </message>
    <message>
      <source>Trains the factors, or the weights left after pruning, by backpropagation to reproduce the layer's outputs on the calibration samples. Size and zeros are kept. Use it after a pruning or factorisation step.</source>
      <extracomment>distill.refine</extracomment>
      <translation>通过反向传播训练各因子或剪枝后剩余的权重，在校准样本上重现该层的输出。大小和零保持不变。用在剪枝或分解步骤之后。</translation>
    </message>
    <message>
      <source>{steps} training steps on the layer's outputs; size and sparsity stay the same.</source>
      <extracomment>distill.refine</extracomment>
      <translation>针对该层的输出训练 {steps} 步；大小和稀疏度不变。</translation>
    </message>
    <message>
      <source>Fine-tune</source>
      <extracomment>finetune</extracomment>
      <translation>微调</translation>
    </message>
    <message>
      <source>Trains the compressed model on labelled samples; zeros, ranks and quantisation levels are kept.</source>
      <extracomment>finetune</extracomment>
      <translation>在带标签的样本上训练压缩后的模型；零、秩和量化级别保持不变。</translation>
    </message>
    <message>
      <source>A sum of {rank} rank-one terms</source>
      <extracomment>lowrank.cp</extracomment>
      <translation>{rank} 个秩一项之和</translation>
    </message>
    <message>
      <source>CP</source>
      <extracomment>lowrank.cp</extracomment>
      <translation>CP</translation>
    </message>
    <message>
      <source>CP decomposition: replaces a k × k convolution by 1 × 1 to R channels, depthwise k × 1 and 1 × k, and 1 × 1 back.</source>
      <extracomment>lowrank.cp</extracomment>
      <translation>CP 分解：用 1 × 1（降到 R 个通道）、逐通道的 k × 1 与 1 × k，再 1 × 1（还原）代替 k × k 卷积。</translation>
    </message>
    <message>
      <source>Rank R: channels between the convolutions.</source>
      <extracomment>lowrank.cp</extracomment>
      <translation>秩 R：各卷积之间的通道数。</translation>
    </message>
    <message>
      <source>Rank as a fraction of the break-even rank, at which the four convolutions hold as many weights as the layer.</source>
      <extracomment>lowrank.cp</extracomment>
      <translation>秩占盈亏平衡秩的比例；在盈亏平衡秩处，四个卷积的权重数与该层相同。</translation>
    </message>
    <message>
      <source>Rounds of alternating least squares.</source>
      <extracomment>lowrank.cp</extracomment>
      <translation>交替最小二乘的轮数。</translation>
    </message>
    <message>
      <source>Activation</source>
      <extracomment>lowrank.response</extracomment>
      <translation>激活</translation>
    </message>
    <message>
      <source>Activation after the layer; none: fit its outputs directly.</source>
      <extracomment>lowrank.response</extracomment>
      <translation>该层之后的激活函数；none：直接拟合其输出。</translation>
    </message>
    <message>
      <source>Keep the smallest rank that retains this fraction of the output variance.</source>
      <extracomment>lowrank.response</extracomment>
      <translation>取能保留该比例输出方差的最小秩。</translation>
    </message>
    <message>
      <source>Non-linear response</source>
      <extracomment>lowrank.response</extracomment>
      <translation>非线性响应</translation>
    </message>
    <message>
      <source>Replaces the layer by two thinner ones, fitted to its outputs after the following activation on the calibration samples: errors that a ReLU hides do not count.</source>
      <extracomment>lowrank.response</extracomment>
      <translation>用两个更窄的层替换该层，在校准样本上拟合其后激活函数的输出：被 ReLU 掩盖的误差不计。</translation>
    </message>
    <message>
      <source>relu</source>
      <extracomment>lowrank.response</extracomment>
      <translation>ReLU</translation>
    </message>
    <message>
      <source>A vertical and a horizontal convolution</source>
      <extracomment>lowrank.spatial</extracomment>
      <translation>一个纵向卷积和一个横向卷积</translation>
    </message>
    <message>
      <source>Replaces a k × k convolution by a k × 1 and a 1 × k convolution.</source>
      <extracomment>lowrank.spatial</extracomment>
      <translation>用一个 k × 1 卷积接一个 1 × k 卷积代替 k × k 卷积。</translation>
    </message>
    <message>
      <source>Spatial SVD</source>
      <extracomment>lowrank.spatial</extracomment>
      <translation>空间 SVD</translation>
    </message>
    <message>
      <source>Clusters</source>
      <extracomment>lowrank.subspace</extracomment>
      <translation>簇数</translation>
    </message>
    <message>
      <source>Clusters the output channels by direction and factorises each cluster separately. The second layer is block-diagonal; its zeros are not stored.</source>
      <extracomment>lowrank.subspace</extracomment>
      <translation>按方向对输出通道聚类，并对每一簇单独分解。第二层是块对角的；其中的零不存储。</translation>
    </message>
    <message>
      <source>Groups of output channels.</source>
      <extracomment>lowrank.subspace</extracomment>
      <translation>输出通道的组数。</translation>
    </message>
    <message>
      <source>Rank of each group, at most its channels.</source>
      <extracomment>lowrank.subspace</extracomment>
      <translation>每组的秩，最多为其通道数。</translation>
    </message>
    <message>
      <source>Sub-space low rank</source>
      <extracomment>lowrank.subspace</extracomment>
      <translation>子空间低秩</translation>
    </message>
    <message>
      <source>{outputs} outputs in {count} groups, {rank} each.</source>
      <extracomment>lowrank.subspace</extracomment>
      <translation>把 {outputs} 个输出分为 {count} 组，每组取{rank}。</translation>
    </message>
    <message>
      <source>Keep the smallest rank that retains this fraction of the squared singular values.</source>
      <extracomment>lowrank.svd</extracomment>
      <translation>取能保留该比例奇异值平方和的最小秩。</translation>
    </message>
    <message>
      <source>Replaces the layer by two thinner ones whose product is the best approximation of that rank (Eckart-Young). Saves weights and MACs below the break-even rank.</source>
      <extracomment>lowrank.svd</extracomment>
      <translation>用两个更窄的层替换该层，其乘积是该秩下的最佳近似（Eckart-Young）。低于盈亏平衡秩时节省权重和 MAC。</translation>
    </message>
    <message>
      <source>Truncated SVD</source>
      <extracomment>lowrank.svd</extracomment>
      <translation>截断 SVD</translation>
    </message>
    <message>
      <source>Both ranks, as a fraction of the input and output channels.</source>
      <extracomment>lowrank.tucker</extracomment>
      <translation>两个秩，以输入和输出通道数的比例表示。</translation>
    </message>
    <message>
      <source>On each side, keep the smallest rank that retains this fraction of the squared singular values.</source>
      <extracomment>lowrank.tucker</extracomment>
      <translation>两侧各取能保留该比例奇异值平方和的最小秩。</translation>
    </message>
    <message>
      <source>Rank of both sides, at most the number of output and of input channels.</source>
      <extracomment>lowrank.tucker</extracomment>
      <translation>两侧的秩，最多为输出和输入通道数。</translation>
    </message>
    <message>
      <source>Replaces a k × k convolution by three: 1 × 1 to fewer channels, k × k between them, and 1 × 1 back. Set the ranks by ratio, or let variational Bayes (EVBMF) estimate them, scaled by a weakening factor.</source>
      <extracomment>lowrank.tucker</extracomment>
      <translation>用三个卷积替换 k × k 卷积：1 × 1 降到较少通道，其间 k × k，再 1 × 1 还原。秩由比例设定，或由变分贝叶斯（EVBMF）估计并按弱化系数调整。</translation>
    </message>
    <message>
      <source>Tucker-2</source>
      <extracomment>lowrank.tucker</extracomment>
      <translation>Tucker-2</translation>
    </message>
    <message>
      <source>Energy</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>能量</translation>
    </message>
    <message>
      <source>Interpolates between the rank estimated by variational Bayes (EVBMF), at 0, and full rank, at 1.</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>在变分贝叶斯（EVBMF）估计的秩（0）与满秩（1）之间插值。</translation>
    </message>
    <message>
      <source>Keep the smallest rank that retains this fraction of the output energy.</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>取能保留该比例输出能量的最小秩。</translation>
    </message>
    <message>
      <source>Number of singular values to keep; a larger number keeps all.</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>保留的奇异值个数；更大的数表示全部保留。</translation>
    </message>
    <message>
      <source>Rank</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>秩</translation>
    </message>
    <message>
      <source>Rank as a fraction of full rank.</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>秩占满秩的比例。</translation>
    </message>
    <message>
      <source>Replaces the layer by two thinner ones that minimise the error of its output on the calibration samples, instead of the error of its weights.</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>用两个更窄的层替换该层，使其在校准样本上的输出误差（而不是权重误差）最小。</translation>
    </message>
    <message>
      <source>Rule</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>规则</translation>
    </message>
    <message>
      <source>Weakening</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>弱化系数</translation>
    </message>
    <message>
      <source>Whitened SVD</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>白化 SVD</translation>
    </message>
    <message>
      <source>break-even</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>盈亏平衡</translation>
    </message>
    <message>
      <source>break-even: the largest rank with fewer weights than the layer; marchenko-pastur: singular values above the noise edge; gavish-donoho: the threshold with the least squared error.</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>break-even：权重数少于该层的最大秩；marchenko-pastur：高于噪声边界的奇异值；gavish-donoho：平方误差最小的阈值。</translation>
    </message>
    <message>
      <source>gavish-donoho</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>Gavish-Donoho</translation>
    </message>
    <message>
      <source>marchenko-pastur</source>
      <extracomment>lowrank.whitened</extracomment>
      <translation>Marchenko-Pastur</translation>
    </message>
    <message>
      <source>AUC</source>
      <extracomment>names of metrics</extracomment>
      <translation>AUC</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <extracomment>names of metrics</extracomment>
      <translation>准确率</translation>
    </message>
    <message>
      <source>Agreement with the original</source>
      <extracomment>names of metrics</extracomment>
      <translation>与原始模型的一致率</translation>
    </message>
    <message>
      <source>Balanced accuracy</source>
      <extracomment>names of metrics</extracomment>
      <translation>平衡准确率</translation>
    </message>
    <message>
      <source>Cosine similarity to the original output</source>
      <extracomment>names of metrics</extracomment>
      <translation>与原始输出的余弦相似度</translation>
    </message>
    <message>
      <source>Cross-entropy</source>
      <extracomment>names of metrics</extracomment>
      <translation>交叉熵</translation>
    </message>
    <message>
      <source>F1 (macro)</source>
      <extracomment>names of metrics</extracomment>
      <translation>F1（宏平均）</translation>
    </message>
    <message>
      <source>Mean IoU</source>
      <extracomment>names of metrics</extracomment>
      <translation>平均 IoU</translation>
    </message>
    <message>
      <source>Mean absolute error</source>
      <extracomment>names of metrics</extracomment>
      <translation>平均绝对误差</translation>
    </message>
    <message>
      <source>Mean squared error</source>
      <extracomment>names of metrics</extracomment>
      <translation>均方误差</translation>
    </message>
    <message>
      <source>Next-token loss</source>
      <extracomment>names of metrics</extracomment>
      <translation>下一词元损失</translation>
    </message>
    <message>
      <source>Perplexity</source>
      <extracomment>names of metrics</extracomment>
      <translation>困惑度</translation>
    </message>
    <message>
      <source>Pixel accuracy</source>
      <extracomment>names of metrics</extracomment>
      <translation>像素准确率</translation>
    </message>
    <message>
      <source>Pixel agreement with the original</source>
      <extracomment>names of metrics</extracomment>
      <translation>与原始模型的像素一致率</translation>
    </message>
    <message>
      <source>Retrieval R@1</source>
      <extracomment>names of metrics</extracomment>
      <translation>检索 R@1</translation>
    </message>
    <message>
      <source>Retrieval R@5</source>
      <extracomment>names of metrics</extracomment>
      <translation>检索 R@5</translation>
    </message>
    <message>
      <source>R²</source>
      <extracomment>names of metrics</extracomment>
      <translation>R²</translation>
    </message>
    <message>
      <source>Signal to noise against the original</source>
      <extracomment>names of metrics</extracomment>
      <translation>相对原始输出的信噪比</translation>
    </message>
    <message>
      <source>Squared error relative to the original</source>
      <extracomment>names of metrics</extracomment>
      <translation>相对原始输出的平方误差</translation>
    </message>
    <message>
      <source>Symbol error rate (CER)</source>
      <extracomment>names of metrics</extracomment>
      <translation>字符错误率（CER）</translation>
    </message>
    <message>
      <source>Symbol error rate (CER, CTC)</source>
      <extracomment>names of metrics</extracomment>
      <translation>字符错误率（CER，CTC）</translation>
    </message>
    <message>
      <source>Token accuracy</source>
      <extracomment>names of metrics</extracomment>
      <translation>词元准确率</translation>
    </message>
    <message>
      <source>Token agreement with the original</source>
      <extracomment>names of metrics</extracomment>
      <translation>与原始模型的词元一致率</translation>
    </message>
    <message>
      <source>Top-1</source>
      <extracomment>names of metrics</extracomment>
      <translation>Top-1</translation>
    </message>
    <message>
      <source>Top-1 agreement with the original</source>
      <extracomment>names of metrics</extracomment>
      <translation>与原始模型的 Top-1 一致率</translation>
    </message>
    <message>
      <source>Top-5</source>
      <extracomment>names of metrics</extracomment>
      <translation>Top-5</translation>
    </message>
    <message>
      <source>Word error rate (WER)</source>
      <extracomment>names of metrics</extracomment>
      <translation>词错误率（WER）</translation>
    </message>
    <message>
      <source>Word error rate (WER, CTC)</source>
      <extracomment>names of metrics</extracomment>
      <translation>词错误率（WER，CTC）</translation>
    </message>
    <message>
      <source>mAP 50</source>
      <extracomment>names of metrics</extracomment>
      <translation>mAP 50</translation>
    </message>
    <message>
      <source>mAP 50..95</source>
      <extracomment>names of metrics</extracomment>
      <translation>mAP 50..95</translation>
    </message>
    <message>
      <source>2 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>2 位</translation>
    </message>
    <message>
      <source>2:4 zeros</source>
      <extracomment>names of recipes</extracomment>
      <translation>2:4 置零</translation>
    </message>
    <message>
      <source>3/4 of the channels, 4 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>3/4 的通道，4 位</translation>
    </message>
    <message>
      <source>3/4 of the channels, 8 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>3/4 的通道，8 位</translation>
    </message>
    <message>
      <source>4 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>4 位</translation>
    </message>
    <message>
      <source>4 bit, GPTQ</source>
      <extracomment>names of recipes</extracomment>
      <translation>4 位，GPTQ</translation>
    </message>
    <message>
      <source>50 % zeros</source>
      <extracomment>names of recipes</extracomment>
      <translation>50 % 置零</translation>
    </message>
    <message>
      <source>50 % zeros, 4 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>50 % 置零，4 位</translation>
    </message>
    <message>
      <source>70 % zeros, 4 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>70 % 置零，4 位</translation>
    </message>
    <message>
      <source>8 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>8 位</translation>
    </message>
    <message>
      <source>8 bit, activations too</source>
      <extracomment>names of recipes</extracomment>
      <translation>8 位（含激活值）</translation>
    </message>
    <message>
      <source>FP16</source>
      <extracomment>names of recipes</extracomment>
      <translation>FP16</translation>
    </message>
    <message>
      <source>SVD 90 %</source>
      <extracomment>names of recipes</extracomment>
      <translation>SVD 90 %</translation>
    </message>
    <message>
      <source>SVD 90 %, 4 bit</source>
      <extracomment>names of recipes</extracomment>
      <translation>SVD 90 %，4 位</translation>
    </message>
    <message>
      <source>half the channels</source>
      <extracomment>names of recipes</extracomment>
      <translation>一半通道</translation>
    </message>
    <message>
      <source>Blocks</source>
      <extracomment>prune.block</extracomment>
      <translation>块</translation>
    </message>
    <message>
      <source>Columns</source>
      <extracomment>prune.block</extracomment>
      <translation>列</translation>
    </message>
    <message>
      <source>Fraction of the blocks to set to zero.</source>
      <extracomment>prune.block</extracomment>
      <translation>置零的块所占比例。</translation>
    </message>
    <message>
      <source>Inputs per block.</source>
      <extracomment>prune.block</extracomment>
      <translation>每块的输入数。</translation>
    </message>
    <message>
      <source>Output channels per block.</source>
      <extracomment>prune.block</extracomment>
      <translation>每块的输出通道数。</translation>
    </message>
    <message>
      <source>Rows</source>
      <extracomment>prune.block</extracomment>
      <translation>行数</translation>
    </message>
    <message>
      <source>Sets the blocks of the unfolded weight matrix with the smallest RMS to zero: a pattern that block-sparse kernels support.</source>
      <extracomment>prune.block</extracomment>
      <translation>把展开的权重矩阵中均方根最小的块置零：块稀疏内核支持这种模式。</translation>
    </message>
    <message>
      <source>{count} of {total} blocks of {rows} × {columns} weights become zero.</source>
      <extracomment>prune.block</extracomment>
      <translation>{total} 个 {rows} × {columns} 的权重块中有 {count} 个变为零。</translation>
    </message>
    <message>
      <source>About {count} of {total} output channels are removed.</source>
      <extracomment>prune.channels</extracomment>
      <translation>约移除 {total} 个输出通道中的 {count} 个。</translation>
    </message>
    <message>
      <source>Criterion</source>
      <extracomment>prune.channels</extracomment>
      <translation>准则</translation>
    </message>
    <message>
      <source>Fraction of the output channels to remove; at least one is kept.</source>
      <extracomment>prune.channels</extracomment>
      <translation>要移除的输出通道比例；至少保留一个。</translation>
    </message>
    <message>
      <source>Importance of a channel: l1 norm of all weights that make or read it (group), norm of those that make it (l1, l2), distance to the other filters (fpgm), gradients (taylor), BatchNorm scale (bn), mean output (activation); lamp distributes the removal over all layers with this step.</source>
      <extracomment>prune.channels</extracomment>
      <translation>通道的重要性：产生或读取该通道的所有权重的 l1 范数（group）、产生该通道的权重的范数（l1、l2）、与其他滤波器的距离（fpgm）、梯度（taylor）、BatchNorm 缩放系数（bn）、平均输出（activation）；lamp 将剪枝量分配到所有包含此步骤的层。</translation>
    </message>
    <message>
      <source>Keep a multiple of this many channels, if the layer has that many. 0: a multiple of 8, which the runtime's kernels compute together, where the layer has 64 or more; of 4 where it has 32. Processors with AVX-512 compute 16 together: for them 16 is faster.</source>
      <extracomment>prune.channels</extracomment>
      <translation>保留该数目的整数倍个通道（如果该层有这么多通道）。0：该层有 64 个或更多通道时为 8 的倍数（运行时的内核一并计算），有 32 个时为 4 的倍数。支持 AVX-512 的处理器一次计算 16 个通道：在其上取 16 更快。</translation>
    </message>
    <message>
      <source>Ratio</source>
      <extracomment>prune.channels</extracomment>
      <translation>比例</translation>
    </message>
    <message>
      <source>Remove channels</source>
      <extracomment>prune.channels</extracomment>
      <translation>移除通道</translation>
    </message>
    <message>
      <source>Removes output channels from the layer and from all layers coupled with it: smaller tensors, fewer MACs. The criteria taylor and activation need calibration samples.</source>
      <extracomment>prune.channels</extracomment>
      <translation>从该层及所有与其耦合的层移除输出通道：张量更小，MAC 更少。taylor 与 activation 准则需要校准样本。</translation>
    </message>
    <message>
      <source>Round to</source>
      <extracomment>prune.channels</extracomment>
      <translation>取整到</translation>
    </message>
    <message>
      <source>Statistics</source>
      <extracomment>prune.channels</extracomment>
      <translation>统计量</translation>
    </message>
    <message>
      <source>activation</source>
      <extracomment>prune.channels</extracomment>
      <translation>激活值</translation>
    </message>
    <message>
      <source>bn</source>
      <extracomment>prune.channels</extracomment>
      <translation>BatchNorm</translation>
    </message>
    <message>
      <source>fpgm</source>
      <extracomment>prune.channels</extracomment>
      <translation>FPGM</translation>
    </message>
    <message>
      <source>kept</source>
      <extracomment>prune.channels</extracomment>
      <translation>保持</translation>
    </message>
    <message>
      <source>l1</source>
      <extracomment>prune.channels</extracomment>
      <translation>L1</translation>
    </message>
    <message>
      <source>l2</source>
      <extracomment>prune.channels</extracomment>
      <translation>L2</translation>
    </message>
    <message>
      <source>lamp</source>
      <extracomment>prune.channels</extracomment>
      <translation>LAMP</translation>
    </message>
    <message>
      <source>re-estimated</source>
      <extracomment>prune.channels</extracomment>
      <translation>重新估计</translation>
    </message>
    <message>
      <source>re-estimated: where a BatchNorm follows, the remaining channels get the output mean and standard deviation of the original again, from calibration samples without labels; most of the accuracy comes back.</source>
      <extracomment>prune.channels</extracomment>
      <translation>re-estimated：对于后接 BatchNorm 的层，用无标签的校准样本使剩余通道的输出均值和标准差恢复为原始模型的值；大部分准确率随之恢复。</translation>
    </message>
    <message>
      <source>taylor</source>
      <extracomment>prune.channels</extracomment>
      <translation>Taylor</translation>
    </message>
    <message>
      <source>{count} of {total} output channels are removed.</source>
      <extracomment>prune.channels</extracomment>
      <translation>移除 {total} 个输出通道中的 {count} 个。</translation>
    </message>
    <message>
      <source>{share} of the output channels are removed, counted over all layers with this step.</source>
      <extracomment>prune.channels</extracomment>
      <translation>移除 {share} 的输出通道，按所有带此步骤的层合计。</translation>
    </message>
    <message>
      <source>First order</source>
      <extracomment>prune.fisher</extracomment>
      <translation>一阶项</translation>
    </message>
    <message>
      <source>Fisher (OBD)</source>
      <extracomment>prune.fisher</extracomment>
      <translation>Fisher（OBD）</translation>
    </message>
    <message>
      <source>Include the gradient term; it vanishes at a minimum of the loss.</source>
      <extracomment>prune.fisher</extracomment>
      <translation>包含梯度项；在损失的极小点它为零。</translation>
    </message>
    <message>
      <source>Sets the weights to zero whose removal is predicted to increase the loss least: half the squared weight times the Fisher information, minus the first-order term.</source>
      <extracomment>prune.fisher</extracomment>
      <translation>把预测移除后损失增加最少的权重置零：权重平方的一半乘以 Fisher 信息，减去一阶项。</translation>
    </message>
    <message>
      <source>Fraction of the layer's weights to set to zero.</source>
      <extracomment>prune.magnitude</extracomment>
      <translation>该层权重中要置零的比例。</translation>
    </message>
    <message>
      <source>Magnitude</source>
      <extracomment>prune.magnitude</extracomment>
      <translation>幅值</translation>
    </message>
    <message>
      <source>Set weights to zero whose magnitude is at or below this.</source>
      <extracomment>prune.magnitude</extracomment>
      <translation>把幅值不超过此值的权重置零。</translation>
    </message>
    <message>
      <source>Sets the weights with the smallest magnitude to zero. The file shrinks because zeros are not stored; the layer keeps its shape and speed.</source>
      <extracomment>prune.magnitude</extracomment>
      <translation>把幅值最小的权重置零。零不存储，因此文件变小；该层的形状和速度不变。</translation>
    </message>
    <message>
      <source>Threshold</source>
      <extracomment>prune.magnitude</extracomment>
      <translation>阈值</translation>
    </message>
    <message>
      <source>Group size: consecutive weights of one output channel.</source>
      <extracomment>prune.nm</extracomment>
      <translation>组大小：同一输出通道的连续权重数。</translation>
    </message>
    <message>
      <source>Keeps the N largest of every M weights in a row of the unfolded matrix and sets the others to zero. Sparse tensor cores accelerate 2:4; in ONNX Runtime it only makes the file smaller.</source>
      <extracomment>prune.nm</extracomment>
      <translation>在展开矩阵的每一行中，每 M 个权重保留最大的 N 个，其余置零。稀疏张量核心可加速 2:4；在 ONNX Runtime 中只会使文件变小。</translation>
    </message>
    <message>
      <source>M</source>
      <extracomment>prune.nm</extracomment>
      <translation>M</translation>
    </message>
    <message>
      <source>N</source>
      <extracomment>prune.nm</extracomment>
      <translation>N</translation>
    </message>
    <message>
      <source>N:M</source>
      <extracomment>prune.nm</extracomment>
      <translation>N:M</translation>
    </message>
    <message>
      <source>Weights to keep in each group.</source>
      <extracomment>prune.nm</extracomment>
      <translation>每组保留的权重数。</translation>
    </message>
    <message>
      <source>{n} of every {m} consecutive weights are kept; the others become zero.</source>
      <extracomment>prune.nm</extracomment>
      <translation>每 {m} 个相邻权重保留 {n} 个，其余变为零。</translation>
    </message>
    <message>
      <source>SNIP</source>
      <extracomment>prune.snip</extracomment>
      <translation>SNIP</translation>
    </message>
    <message>
      <source>Sets the weights with the smallest connection sensitivity, |weight × mean gradient of the loss|, to zero. By default, as published, weights of all layers are compared.</source>
      <extracomment>prune.snip</extracomment>
      <translation>把连接敏感度 |权重 × 损失的平均梯度| 最小的权重置零。默认按原论文，对所有层的权重一起比较。</translation>
    </message>
    <message>
      <source>Sets weights to zero column by column and adjusts the remaining ones to minimise the error of the layer's output on the calibration samples.</source>
      <extracomment>prune.sparsegpt</extracomment>
      <translation>逐列把权重置零，并调整其余权重，使该层在校准样本上的输出误差最小。</translation>
    </message>
    <message>
      <source>SparseGPT</source>
      <extracomment>prune.sparsegpt</extracomment>
      <translation>SparseGPT</translation>
    </message>
    <message>
      <source>Number of pruning rounds.</source>
      <extracomment>prune.synflow</extracomment>
      <translation>剪枝的轮数。</translation>
    </message>
    <message>
      <source>Rounds</source>
      <extracomment>prune.synflow</extracomment>
      <translation>轮数</translation>
    </message>
    <message>
      <source>Sets the weights with the least synaptic flow to zero in several rounds, which avoids layer collapse. Needs no data: it uses absolute weights and an input of ones.</source>
      <extracomment>prune.synflow</extracomment>
      <translation>分多轮把突触流最小的权重置零，避免层坍塌。不需要数据：使用权重的绝对值和全 1 的输入。</translation>
    </message>
    <message>
      <source>SynFlow</source>
      <extracomment>prune.synflow</extracomment>
      <translation>SynFlow</translation>
    </message>
    <message>
      <source>Rank weights within the layer, or across all layers with this step.</source>
      <extracomment>prune.taylor</extracomment>
      <translation>在层内给权重排序，或在使用同一步骤的所有层之间排序。</translation>
    </message>
    <message>
      <source>Scope</source>
      <extracomment>prune.taylor</extracomment>
      <translation>范围</translation>
    </message>
    <message>
      <source>Sets the weights to zero whose product with the gradient of the loss is smallest, averaged over small batches of the calibration samples.</source>
      <extracomment>prune.taylor</extracomment>
      <translation>把与损失梯度的乘积最小的权重置零，在校准样本的小批次上取平均。</translation>
    </message>
    <message>
      <source>Taylor</source>
      <extracomment>prune.taylor</extracomment>
      <translation>Taylor</translation>
    </message>
    <message>
      <source>global</source>
      <extracomment>prune.taylor</extracomment>
      <translation>全局</translation>
    </message>
    <message>
      <source>layer</source>
      <extracomment>prune.taylor</extracomment>
      <translation>层</translation>
    </message>
    <message>
      <source>{share} of the weights become zero, counted over all layers with this step.</source>
      <extracomment>prune.taylor</extracomment>
      <translation>{share} 的权重变为零，按所有带此步骤的层合计。</translation>
    </message>
    <message>
      <source>Fraction of the weights to set to zero.</source>
      <extracomment>prune.wanda</extracomment>
      <translation>要置零的权重比例。</translation>
    </message>
    <message>
      <source>Per output</source>
      <extracomment>prune.wanda</extracomment>
      <translation>按输出</translation>
    </message>
    <message>
      <source>Prune each output channel to the same sparsity, as published; otherwise compare weights within the whole layer.</source>
      <extracomment>prune.wanda</extracomment>
      <translation>按原论文把每个输出通道剪到相同稀疏度；否则在整个层内比较权重。</translation>
    </message>
    <message>
      <source>Sets the weights to zero whose magnitude times the norm of their input is smallest, measured on the calibration samples.</source>
      <extracomment>prune.wanda</extracomment>
      <translation>把幅值乘以其输入范数最小的权重置零，在校准样本上测量。</translation>
    </message>
    <message>
      <source>Sparsity</source>
      <extracomment>prune.wanda</extracomment>
      <translation>稀疏度</translation>
    </message>
    <message>
      <source>Wanda</source>
      <extracomment>prune.wanda</extracomment>
      <translation>Wanda</translation>
    </message>
    <message>
      <source>{count} of {total} weights become zero.</source>
      <extracomment>prune.wanda</extracomment>
      <translation>{total} 个权重中 {count} 个变为零。</translation>
    </message>
    <message>
      <source>AdaRound</source>
      <extracomment>quantize.adaround</extracomment>
      <translation>AdaRound</translation>
    </message>
    <message>
      <source>Integer quantisation per output channel. Gradient descent decides for each weight whether to round up or down, to minimise the error of the layer's output on the calibration samples.</source>
      <extracomment>quantize.adaround</extracomment>
      <translation>按输出通道的整数量化。用梯度下降决定每个权重向上还是向下取整，使该层在校准样本上的输出误差最小。</translation>
    </message>
    <message>
      <source>Steps of gradient descent.</source>
      <extracomment>quantize.adaround</extracomment>
      <translation>梯度下降的步数。</translation>
    </message>
    <message>
      <source>How the range is chosen: all values (minmax), a percentile, least squared (mse) or cubed error, least KL divergence (entropy), a fixed limit (clip), or least error of all but a few weights (hqq). Cubed preserves large weights better than mse.</source>
      <extracomment>quantize.affine</extracomment>
      <translation>量化范围的选取方式：所有值（minmax）、百分位数、最小平方误差（mse）或立方误差、最小 KL 散度（entropy）、固定上限（clip），或除少数权重外误差最小（hqq）。立方误差比 mse 更能保留大权重。</translation>
    </message>
    <message>
      <source>Integer (affine)</source>
      <extracomment>quantize.affine</extracomment>
      <translation>整数（仿射）</translation>
    </message>
    <message>
      <source>Rounding</source>
      <extracomment>quantize.affine</extracomment>
      <translation>取整</translation>
    </message>
    <message>
      <source>Share of the values inside the range; the tails are clipped on both sides.</source>
      <extracomment>quantize.affine</extracomment>
      <translation>范围内数值的比例；两端的尾部被截断。</translation>
    </message>
    <message>
      <source>Stores each weight as a small integer with a scale. Weight-only: the runtime computes in floating point, so the layer gets smaller but not faster.</source>
      <extracomment>quantize.affine</extracomment>
      <translation>把每个权重存为带缩放系数的小整数。仅量化权重：运行时以浮点计算，因此该层变小但不变快。</translation>
    </message>
    <message>
      <source>floor</source>
      <extracomment>quantize.affine</extracomment>
      <translation>向下</translation>
    </message>
    <message>
      <source>nearest</source>
      <extracomment>quantize.affine</extracomment>
      <translation>最近</translation>
    </message>
    <message>
      <source>nearest; floor, Q = floor(S(W+B)); stochastic, which is unbiased; or rate, which weighs the error against the bits that a level takes in Huffman codes. For learned rounding use the method AdaRound.</source>
      <extracomment>quantize.affine</extracomment>
      <translation>nearest（最近）；floor，Q = floor(S(W+B))；stochastic（随机），无偏；或 rate，在误差与量化级别在霍夫曼编码中所占的位数之间权衡。若要学习舍入，请使用 AdaRound 方法。</translation>
    </message>
    <message>
      <source>rate</source>
      <extracomment>quantize.affine</extracomment>
      <translation>rate（率失真）</translation>
    </message>
    <message>
      <source>stochastic</source>
      <extracomment>quantize.affine</extracomment>
      <translation>随机</translation>
    </message>
    <message>
      <source>λ: the error, in squared steps, that saving one bit of a weight is worth. 0 rounds to the nearest.</source>
      <extracomment>quantize.affine</extracomment>
      <translation>λ：每个权重节省一位所值的误差，以步长的平方计。0 表示舍入到最近的级别。</translation>
    </message>
    <message>
      <source>AWQ</source>
      <extracomment>quantize.awq</extracomment>
      <translation>AWQ</translation>
    </message>
    <message>
      <source>Scales up weight columns that multiply large inputs before rounding, so that they are quantised more finely, and scales them back in the graph. The scale is searched on the calibration samples.</source>
      <extracomment>quantize.awq</extracomment>
      <translation>在取整前放大与大输入相乘的权重列，使其量化得更细，并在图中缩放回来。缩放系数在校准样本上搜索得到。</translation>
    </message>
    <message>
      <source>Which weights share a scale: the whole tensor, an output channel, or a group.</source>
      <extracomment>quantize.awq</extracomment>
      <translation>哪些权重共用一个缩放系数：整个张量、一个输出通道，或一组。</translation>
    </message>
    <message>
      <source>Bias correction</source>
      <extracomment>quantize.bias_correction</extracomment>
      <translation>偏置校正</translation>
    </message>
    <message>
      <source>Corrects the bias for the shift of the layer's mean output on the calibration samples. Use it after a quantisation step; it adds no cost.</source>
      <extracomment>quantize.bias_correction</extracomment>
      <translation>校正偏置，以抵消该层在校准样本上平均输出的偏移。用在量化步骤之后；没有额外开销。</translation>
    </message>
    <message>
      <source>The biases of {count} output channels are corrected for the shift of their mean output.</source>
      <extracomment>quantize.bias_correction</extracomment>
      <translation>{count} 个输出通道的偏置按其平均输出的偏移进行校正。</translation>
    </message>
    <message>
      <source>The layer had no bias: {count} values are added.</source>
      <extracomment>quantize.bias_correction</extracomment>
      <translation>该层没有偏置：将添加 {count} 个值。</translation>
    </message>
    <message>
      <source>128</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>128</translation>
    </message>
    <message>
      <source>16</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>16</translation>
    </message>
    <message>
      <source>32</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>32</translation>
    </message>
    <message>
      <source>64</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>64</translation>
    </message>
    <message>
      <source>Block</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>块</translation>
    </message>
    <message>
      <source>Block size: inputs that share a scale.</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>块大小：共用一个缩放系数的输入数。</translation>
    </message>
    <message>
      <source>Block-wise, 4-bit kernel</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>分块，4 位内核</translation>
    </message>
    <message>
      <source>Multiply in float, or round the inputs to int8 first, which is faster on some CPUs.</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>以浮点相乘，或先把输入取整为 int8，在某些 CPU 上更快。</translation>
    </message>
    <message>
      <source>Stores a matrix in 4 bits with a scale per block for ONNX Runtime's MatMulNBits kernel, so it takes 4 bits in memory too. The file runs in ONNX Runtime only. 4-bit blocks from an earlier step are kept.</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>按 ONNX Runtime 的 MatMulNBits 内核把矩阵存为 4 位，每块一个缩放系数，因此在内存中也只占 4 位。该文件只能在 ONNX Runtime 中运行。先前步骤得到的 4 位块会保留。</translation>
    </message>
    <message>
      <source>float</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>浮点</translation>
    </message>
    <message>
      <source>int8</source>
      <extracomment>quantize.blockwise</extracomment>
      <translation>int8</translation>
    </message>
    <message>
      <source>All weights of the layer share {levels} values.</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>该层所有权重共用 {levels} 个值。</translation>
    </message>
    <message>
      <source>Bits per index: the codebook has 2^bits values. Packed, 3, 5, 6 and 7 bits take 4 or 8.</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>每个索引的位数：码本有 2^bits 个值。打包存储时，3、5、6、7 位占 4 或 8 位。</translation>
    </message>
    <message>
      <source>Codebook</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>码本</translation>
    </message>
    <message>
      <source>Error weighting: equal for all weights (none), by the mean squared gradient of the loss (fisher), or by the mean square of the input (activations). The last two need calibration samples.</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>误差加权：对所有权重相同（none）、按损失梯度平方的均值（fisher），或按输入的均方值（activations）。后两者需要校准样本。</translation>
    </message>
    <message>
      <source>Initial centroids: evenly spaced over the range (linear), or over the quantiles of the weights (density).</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>初始质心：在范围内均匀分布（linear），或按权重的分位数分布（density）。</translation>
    </message>
    <message>
      <source>Palettisation: finds a few values by k-means and stores for each weight only an index. Zeros from pruning stay zero.</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>调色板化：用 k-means 找出少数几个值，每个权重只存一个索引。剪枝产生的零保持为零。</translation>
    </message>
    <message>
      <source>Sensitivity</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>敏感度</translation>
    </message>
    <message>
      <source>Start</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>初始化</translation>
    </message>
    <message>
      <source>activations</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>激活值</translation>
    </message>
    <message>
      <source>density</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>按密度</translation>
    </message>
    <message>
      <source>fisher</source>
      <extracomment>quantize.codebook</extracomment>
      <translation>Fisher</translation>
    </message>
    <message>
      <source>Dynamic 8-bit activations</source>
      <extracomment>quantize.dynamic</extracomment>
      <translation>动态，8 位激活值</translation>
    </message>
    <message>
      <source>Quantises the weight, and the input at run time, so that the runtime multiplies integers without calibration. Best for MatMul/Gemm; convolutions are often slower than in float.</source>
      <extracomment>quantize.dynamic</extracomment>
      <translation>量化权重，并在运行时量化输入，因此运行时无需校准即可做整数乘法。最适合 MatMul/Gemm；卷积往往比浮点更慢。</translation>
    </message>
    <message>
      <source>Cross-layer equalisation</source>
      <extracomment>quantize.equalize</extracomment>
      <translation>跨层均衡</translation>
    </message>
    <message>
      <source>Output channels are rescaled to equal ranges, compensated in the layers that read them; the size stays the same.</source>
      <extracomment>quantize.equalize</extracomment>
      <translation>输出通道被重新缩放为相同范围，并在读取它们的层中补偿；大小不变。</translation>
    </message>
    <message>
      <source>Rescales the layer's output channels, and the layers that read them inversely, so that weight ranges are equal. Outputs and size stay the same; per-tensor quantisation then loses less. Needs no data.</source>
      <extracomment>quantize.equalize</extracomment>
      <translation>缩放该层的输出通道，并对读取它们的层做相反缩放，使权重范围相等。输出和大小不变；按张量量化时损失更小。不需要数据。</translation>
    </message>
    <message>
      <source>{count} of {total} output channels are rescaled to equal ranges, compensated in {layers}; at present the widest range is {times} times the narrowest.</source>
      <extracomment>quantize.equalize</extracomment>
      <translation>{total} 个输出通道中的 {count} 个将被缩放为相同范围，并在 {layers} 中补偿；目前最宽的范围是最窄的 {times} 倍。</translation>
    </message>
    <message>
      <source>FP16, BF16, FP8</source>
      <extracomment>quantize.float</extracomment>
      <translation>FP16、BF16、FP8</translation>
    </message>
    <message>
      <source>Format</source>
      <extracomment>quantize.float</extracomment>
      <translation>格式</translation>
    </message>
    <message>
      <source>Rounds each weight to a 16-bit or 8-bit floating-point number.</source>
      <extracomment>quantize.float</extracomment>
      <translation>把每个权重取整为 16 位或 8 位浮点数。</translation>
    </message>
    <message>
      <source>bfloat16</source>
      <extracomment>quantize.float</extracomment>
      <translation>bfloat16</translation>
    </message>
    <message>
      <source>float16</source>
      <extracomment>quantize.float</extracomment>
      <translation>float16</translation>
    </message>
    <message>
      <source>float16: 11 significant bits, up to 65,504. bfloat16: 8, with the range of float32. float8e4m3: 4, up to 448. float8e5m2: 3, up to 57,344.</source>
      <extracomment>quantize.float</extracomment>
      <translation>float16：11 位有效位，最大 65,504。bfloat16：8 位，范围与 float32 相同。float8e4m3：4 位，最大 448。float8e5m2：3 位，最大 57,344。</translation>
    </message>
    <message>
      <source>float8e4m3</source>
      <extracomment>quantize.float</extracomment>
      <translation>float8e4m3</translation>
    </message>
    <message>
      <source>float8e5m2</source>
      <extracomment>quantize.float</extracomment>
      <translation>float8e5m2</translation>
    </message>
    <message>
      <source>{bits} bits a weight instead of 32.</source>
      <extracomment>quantize.float</extracomment>
      <translation>每个权重 {bits} 位，而不是 32 位。</translation>
    </message>
    <message>
      <source>Bits per weight; packed, 3, 5, 6 and 7 take 4 or 8.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>每个权重的位数；打包存储时，3、5、6、7 位占 4 或 8 位。</translation>
    </message>
    <message>
      <source>Calibrate on the outputs of earlier layers as already edited, to compensate their error, too.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>用前面各层已编辑后的输出校准，从而一并补偿它们的误差。</translation>
    </message>
    <message>
      <source>Damping</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>阻尼</translation>
    </message>
    <message>
      <source>GPTQ</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>GPTQ</translation>
    </message>
    <message>
      <source>Group size</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>组大小</translation>
    </message>
    <message>
      <source>Integer quantisation per output channel or group that minimises the error of the layer's output on the calibration samples: later columns compensate each column's rounding error.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>按输出通道或分组的整数量化，使该层在校准样本上的输出误差最小：后面的列补偿前面各列的舍入误差。</translation>
    </message>
    <message>
      <source>Levels symmetric around zero, without a zero point.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>量化级别关于零对称，没有零点。</translation>
    </message>
    <message>
      <source>Order</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>顺序</translation>
    </message>
    <message>
      <source>Quantise the columns with the largest inputs first (act-order).</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>先量化输入最大的列（act-order）。</translation>
    </message>
    <message>
      <source>Sequential</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>顺序校准</translation>
    </message>
    <message>
      <source>Share of the mean diagonal added to the Hessian H.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>加到 Hessian 矩阵 H 上的平均对角线比例。</translation>
    </message>
    <message>
      <source>Symmetric</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>对称</translation>
    </message>
    <message>
      <source>Weights that share a scale, along the input of a channel.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>沿通道输入方向，共用一个缩放系数的权重数。</translation>
    </message>
    <message>
      <source>Which weights share a scale: an output channel, or a group.</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>哪些权重共用一个缩放系数：一个输出通道，或一个分组。</translation>
    </message>
    <message>
      <source>group</source>
      <extracomment>quantize.gptq</extracomment>
      <translation>组</translation>
    </message>
    <message>
      <source>Divides each input channel by a factor and multiplies the weight's column by it, then quantises both to 8 bits: outlier channels no longer widen the range of all others. Costs one multiplication per input.</source>
      <extracomment>quantize.smooth</extracomment>
      <translation>把每个输入通道除以一个系数，并将权重的相应列乘以它，再把两者量化为 8 位：离群通道不再拉宽其他通道的范围。每个输入多一次乘法。</translation>
    </message>
    <message>
      <source>Migration strength: share of the activation range moved into the weights, 0 to 1.</source>
      <extracomment>quantize.smooth</extracomment>
      <translation>迁移强度：移入权重的激活范围比例，0 到 1。</translation>
    </message>
    <message>
      <source>SmoothQuant</source>
      <extracomment>quantize.smooth</extracomment>
      <translation>SmoothQuant</translation>
    </message>
    <message>
      <source>%</source>
      <extracomment>quantize.static</extracomment>
      <translation>%</translation>
    </message>
    <message>
      <source>Activations</source>
      <extracomment>quantize.static</extracomment>
      <translation>激活值</translation>
    </message>
    <message>
      <source>Bits</source>
      <extracomment>quantize.static</extracomment>
      <translation>位数</translation>
    </message>
    <message>
      <source>Bits per weight. The kernel computes with 8-bit integers; fewer bits only make the file smaller.</source>
      <extracomment>quantize.static</extracomment>
      <translation>每个权重的位数。内核以 8 位整数计算；更少的位数只会使文件更小。</translation>
    </message>
    <message>
      <source>Clip</source>
      <extracomment>quantize.static</extracomment>
      <translation>截断</translation>
    </message>
    <message>
      <source>End of the range, as a share of the layer's largest magnitude; larger weights are clipped.</source>
      <extracomment>quantize.static</extracomment>
      <translation>范围的上限，以该层最大幅值的比例表示；更大的权重被截断。</translation>
    </message>
    <message>
      <source>Granularity</source>
      <extracomment>quantize.static</extracomment>
      <translation>粒度</translation>
    </message>
    <message>
      <source>How the range of the activations is chosen: all values seen (minmax), a percentile, least squared error (mse), or least KL divergence (entropy).</source>
      <extracomment>quantize.static</extracomment>
      <translation>激活值量化范围的选取：出现过的全部数值（minmax）、百分位数、平方误差最小（mse），或 KL 散度最小（entropy）。</translation>
    </message>
    <message>
      <source>How the range of the weight is chosen.</source>
      <extracomment>quantize.static</extracomment>
      <translation>权重量化范围的选取方式。</translation>
    </message>
    <message>
      <source>Levels of the activations without a zero point (int8), which some devices need, such as TensorRT. After a ReLU they waste one bit.</source>
      <extracomment>quantize.static</extracomment>
      <translation>激活值的量化级别不带零点（int8），TensorRT 等部分设备要求如此。用在 ReLU 之后会浪费一位。</translation>
    </message>
    <message>
      <source>Output</source>
      <extracomment>quantize.static</extracomment>
      <translation>输出</translation>
    </message>
    <message>
      <source>Percentile</source>
      <extracomment>quantize.static</extracomment>
      <translation>百分位数</translation>
    </message>
    <message>
      <source>Quantise the output too, after its activation: ONNX Runtime's integer kernel needs this if the next layer's input is not quantised.</source>
      <extracomment>quantize.static</extracomment>
      <translation>输出（在激活函数之后）也量化：下一层的输入没有量化时，ONNX Runtime 的整数内核需要它。</translation>
    </message>
    <message>
      <source>Quantises input and weight with ranges fixed on calibration samples, so that the runtime computes the layer in integers: smaller, and faster on CPUs with 8-bit instructions. A weight quantised by an earlier step is kept.</source>
      <extracomment>quantize.static</extracomment>
      <translation>用校准样本确定的范围量化输入和权重，使运行时以整数计算该层：更小，在有 8 位指令的 CPU 上更快。先前步骤量化的权重会保留。</translation>
    </message>
    <message>
      <source>Range</source>
      <extracomment>quantize.static</extracomment>
      <translation>范围</translation>
    </message>
    <message>
      <source>Reduced range</source>
      <extracomment>quantize.static</extracomment>
      <translation>缩小范围</translation>
    </message>
    <message>
      <source>Share of the activations inside the range; the tails are clipped on both sides.</source>
      <extracomment>quantize.static</extracomment>
      <translation>范围内激活值的比例；两端的尾部被截断。</translation>
    </message>
    <message>
      <source>Static 8-bit activations</source>
      <extracomment>quantize.static</extracomment>
      <translation>静态，8 位激活值</translation>
    </message>
    <message>
      <source>Symmetric activations</source>
      <extracomment>quantize.static</extracomment>
      <translation>对称激活值</translation>
    </message>
    <message>
      <source>The runtime computes in 8-bit integers.</source>
      <extracomment>quantize.static</extracomment>
      <translation>运行时用 8 位整数计算。</translation>
    </message>
    <message>
      <source>Use 7 of the 8 bits for the weight: CPUs without VNNI add two products in 16 bits, which can saturate.</source>
      <extracomment>quantize.static</extracomment>
      <translation>权重只用 8 位中的 7 位：没有 VNNI 的 CPU 以 16 位累加两个乘积，可能饱和。</translation>
    </message>
    <message>
      <source>Which weights share a scale: the whole tensor, or an output channel.</source>
      <extracomment>quantize.static</extracomment>
      <translation>哪些权重共用一个缩放系数：整个张量，或一个输出通道。</translation>
    </message>
    <message>
      <source>bit</source>
      <extracomment>quantize.static</extracomment>
      <translation>位</translation>
    </message>
    <message>
      <source>channel</source>
      <extracomment>quantize.static</extracomment>
      <translation>通道</translation>
    </message>
    <message>
      <source>clip</source>
      <extracomment>quantize.static</extracomment>
      <translation>截断</translation>
    </message>
    <message>
      <source>cubed</source>
      <extracomment>quantize.static</extracomment>
      <translation>三次误差</translation>
    </message>
    <message>
      <source>entropy</source>
      <extracomment>quantize.static</extracomment>
      <translation>熵</translation>
    </message>
    <message>
      <source>hqq</source>
      <extracomment>quantize.static</extracomment>
      <translation>半二次（hqq）</translation>
    </message>
    <message>
      <source>minmax</source>
      <extracomment>quantize.static</extracomment>
      <translation>最小最大</translation>
    </message>
    <message>
      <source>mse</source>
      <extracomment>quantize.static</extracomment>
      <translation>均方误差</translation>
    </message>
    <message>
      <source>percentile</source>
      <extracomment>quantize.static</extracomment>
      <translation>百分位</translation>
    </message>
    <message>
      <source>tensor</source>
      <extracomment>quantize.static</extracomment>
      <translation>张量</translation>
    </message>
    <message>
      <source>{levels} levels, one scale for each of {count} output channels.</source>
      <extracomment>quantize.static</extracomment>
      <translation>{levels} 个量化级别，{count} 个输出通道各有一个缩放系数。</translation>
    </message>
    <message>
      <source>{levels} levels, one scale for the whole tensor.</source>
      <extracomment>quantize.static</extracomment>
      <translation>{levels} 个量化级别，整个张量共用一个缩放系数。</translation>
    </message>
    <message>
      <source>{levels} levels, one scale per {size} weights: {count} scales.</source>
      <extracomment>quantize.static</extracomment>
      <translation>{levels} 个量化级别，每 {size} 个权重一个缩放系数：共 {count} 个。</translation>
    </message>
    <message>
      <source>Batch</source>
      <extracomment>reconstruct</extracomment>
      <translation>批大小</translation>
    </message>
    <message>
      <source>Block by block, learns for each quantised weight whether to round it up or down, and the biases, so that the block's output matches the original's. Takes minutes, without labels. For layers with evenly spaced levels, of 4 bits or fewer above all.</source>
      <extracomment>reconstruct</extracomment>
      <translation>逐块学习每个量化权重向上还是向下舍入，并学习偏置，使块的输出与原模型一致。需要数分钟，无需标签。适用于量化级别等间距的层，主要用于 4 位及以下。</translation>
    </message>
    <message>
      <source>Drop probability</source>
      <extracomment>reconstruct</extracomment>
      <translation>丢弃概率</translation>
    </message>
    <message>
      <source>Iterations</source>
      <extracomment>reconstruct</extracomment>
      <translation>迭代次数</translation>
    </message>
    <message>
      <source>Optimiser steps for each block.</source>
      <extracomment>reconstruct</extracomment>
      <translation>每个块的优化器步数。</translation>
    </message>
    <message>
      <source>Probability with which an element of the block's input is the original's, and an 8-bit activation in it stays unrounded, during learning (QDrop).</source>
      <extracomment>reconstruct</extracomment>
      <translation>学习时，块输入的每个元素取自原模型、块内 8 位激活值不被舍入的概率（QDrop）。</translation>
    </message>
    <message>
      <source>Reconstruct blocks</source>
      <extracomment>reconstruct</extracomment>
      <translation>重构块</translation>
    </message>
    <message>
      <source>Regularization</source>
      <extracomment>reconstruct</extracomment>
      <translation>正则化</translation>
    </message>
    <message>
      <source>Samples</source>
      <extracomment>reconstruct</extracomment>
      <translation>样本</translation>
    </message>
    <message>
      <source>Samples per step.</source>
      <extracomment>reconstruct</extracomment>
      <translation>每步的样本数。</translation>
    </message>
    <message>
      <source>Step</source>
      <extracomment>reconstruct</extracomment>
      <translation>步长</translation>
    </message>
    <message>
      <source>Training samples used, at most; no labels are needed.</source>
      <extracomment>reconstruct</extracomment>
      <translation>最多使用的训练样本数；无需标签。</translation>
    </message>
    <message>
      <source>Weight of the rounding regulariser, which pushes each weight to one of its two nearest levels.</source>
      <extracomment>reconstruct</extracomment>
      <translation>取整正则项的权重；它把每个权重推向最近的两个量化级别之一。</translation>
    </message>
    <message>
      <source>Whether the scales of the weights are learned together with the rounding, or stay fixed.</source>
      <extracomment>reconstruct</extracomment>
      <translation>权重的缩放系数与舍入一起学习，还是保持不变。</translation>
    </message>
    <message>
      <source>fixed</source>
      <extracomment>reconstruct</extracomment>
      <translation>固定</translation>
    </message>
    <message>
      <source>learned</source>
      <extracomment>reconstruct</extracomment>
      <translation>学习</translation>
    </message>
    <message>
      <source>Change</source>
      <extracomment>resources/comparison.html.j2</extracomment>
      <translation>变化</translation>
    </message>
    <message>
      <source>Operator</source>
      <extracomment>resources/comparison.html.j2</extracomment>
      <translation>算子</translation>
    </message>
    <message>
      <source>Operators</source>
      <extracomment>resources/comparison.html.j2</extracomment>
      <translation>算子</translation>
    </message>
    <message>
      <source>95 % interval</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>95 % 区间</translation>
    </message>
    <message>
      <source>: </source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>：</translation>
    </message>
    <message>
      <source>By rule, not measured. Unsupported steps: {count}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>依据规则，未测量。不支持的步骤：{count}</translation>
    </message>
    <message>
      <source>Corrupted samples</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>受损样本</translation>
    </message>
    <message>
      <source>Measured on {samples} samples, corrupted alike for both models. Robustness lost is the drop less that on clean samples; on average {lost}.</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>在 {samples} 个样本上实测，两个模型所用样本的损坏相同。损失的稳定性是指下降减去在原样本上的下降；平均为 {lost}。</translation>
    </message>
    <message>
      <source>Model Compression Workbench. Sizes are file bytes. SQNR is of the weights: 10 log₁₀(|W|² / |W − W′|²). Recipe: {recipe}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>模型压缩工作台。大小为文件字节数。SQNR 针对权重：10 log₁₀(|W|² / |W − W′|²)。配方：{recipe}</translation>
    </message>
    <message>
      <source>Notes</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>说明</translation>
    </message>
    <message>
      <source>Recipe</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>配方</translation>
    </message>
    <message>
      <source>Target: {title}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>目标设备：{title}</translation>
    </message>
    <message>
      <source>after</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>之后</translation>
    </message>
    <message>
      <source>before</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>之前</translation>
    </message>
    <message>
      <source>blur</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>模糊</translation>
    </message>
    <message>
      <source>changed layers {layers}, decoders {decoders}, other tensors {tensors}, container {container}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>已修改的层 {layers}，解码器 {decoders}，其他张量 {tensors}，容器 {container}</translation>
    </message>
    <message>
      <source>clean samples</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>原样本</translation>
    </message>
    <message>
      <source>compressed</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>压缩文件</translation>
    </message>
    <message>
      <source>compression report</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>压缩报告</translation>
    </message>
    <message>
      <source>contrast</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>对比度</translation>
    </message>
    <message>
      <source>corruption</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>损坏</translation>
    </message>
    <message>
      <source>drop</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>下降</translation>
    </message>
    <message>
      <source>file size</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>文件大小</translation>
    </message>
    <message>
      <source>forecast from the shapes, for one sample; parameters {before} → {after}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>由形状预估，按单个样本；参数 {before} → {after}</translation>
    </message>
    <message>
      <source>latency, one sample</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>延迟，每个样本</translation>
    </message>
    <message>
      <source>load time</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>加载时间</translation>
    </message>
    <message>
      <source>measured here in ONNX Runtime, median of {runs} paired runs</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>在本机 ONNX Runtime 中实测，{runs} 次成对运行的中位数</translation>
    </message>
    <message>
      <source>measured in a fresh process</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>在全新进程中实测</translation>
    </message>
    <message>
      <source>measured in a fresh process; a run of batch {batch} {before} → {after} ms</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>在全新进程中实测；批大小 {batch} 的一次运行 {before} → {after} ms</translation>
    </message>
    <message>
      <source>measured in a fresh process; after loading {before} → {after}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>在全新进程中实测；加载后 {before} → {after}</translation>
    </message>
    <message>
      <source>middle half {before} → {after} ms</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>中间一半 {before} → {after} ms</translation>
    </message>
    <message>
      <source>multiply-accumulates (MACs)</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>乘加次数 (MAC)</translation>
    </message>
    <message>
      <source>noise</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>噪声</translation>
    </message>
    <message>
      <source>original</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>原始模型</translation>
    </message>
    <message>
      <source>peak memory</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>峰值内存</translation>
    </message>
    <message>
      <source>robustness lost</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>损失的稳定性</translation>
    </message>
    <message>
      <source>stored as</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>存储为</translation>
    </message>
    <message>
      <source>strength</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>强度</translation>
    </message>
    <message>
      <source>tokens replaced</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>替换词元</translation>
    </message>
    <message>
      <source>unchanged</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>未改变</translation>
    </message>
    <message>
      <source>unknown</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>未知</translation>
    </message>
    <message>
      <source>values dropped</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>丢弃数值</translation>
    </message>
    <message>
      <source>values with noise</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>数值加噪声</translation>
    </message>
    <message>
      <source>verified in the exported file on {samples} samples; the preview showed {value}; predictions identical to the preview: {share}, outputs within {difference}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>已在导出的文件中用 {samples} 个样本验证；预览显示 {value}；与预览的预测相同 {share}，输出相差不超过 {difference}</translation>
    </message>
    <message>
      <source>verified in the exported file; the forecast was {size}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>已在导出的文件中验证；预估为 {size}</translation>
    </message>
    <message>
      <source>what was done</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>压缩步骤</translation>
    </message>
    <message>
      <source>{low} to {high}</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>{low} 至 {high}</translation>
    </message>
    <message>
      <source>{text} ({note})</source>
      <extracomment>resources/report.html.j2</extracomment>
      <translation>{text}（{note}）</translation>
    </message>
    <message>
      <source>Before and after</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>压缩前后</translation>
    </message>
    <message>
      <source>Changed predictions</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>改变的预测</translation>
    </message>
    <message>
      <source>Model Compression Workbench</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>模型压缩工作台</translation>
    </message>
    <message>
      <source>Savings per year</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>每年节省</translation>
    </message>
    <message>
      <source>Size by layer</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>各层大小</translation>
    </message>
    <message>
      <source>Speaker notes</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>备注</translation>
    </message>
    <message>
      <source>Steps</source>
      <extracomment>resources/story.html.j2</extracomment>
      <translation>步骤</translation>
    </message>
    <message>
      <source>Layers</source>
      <extracomment>resources/tradeoff.html.j2</extracomment>
      <translation>层</translation>
    </message>
    <message>
      <source>Trade-off</source>
      <extracomment>resources/tradeoff.html.j2</extracomment>
      <translation>权衡</translation>
    </message>
    <message>
      <source> and </source>
      <extracomment>said</extracomment>
      <translation>和</translation>
    </message>
    <message>
      <source>, </source>
      <extracomment>said</extracomment>
      <translation>，</translation>
    </message>
    <message>
      <source>; </source>
      <extracomment>said</extracomment>
      <translation>；</translation>
    </message>
    <message>
      <source>Backspace</source>
      <extracomment>said</extracomment>
      <translation>Backspace</translation>
    </message>
    <message>
      <source>Return</source>
      <extracomment>said</extracomment>
      <translation>Enter</translation>
    </message>
    <message>
      <source>channels</source>
      <extracomment>said</extracomment>
      <translation>通道</translation>
    </message>
    <message>
      <source>inputs</source>
      <extracomment>said</extracomment>
      <translation>输入</translation>
    </message>
    <message>
      <source>Before</source>
      <extracomment>statistics</extracomment>
      <translation>之前</translation>
    </message>
    <message>
      <source>Re-estimate statistics</source>
      <extracomment>statistics</extracomment>
      <translation>重新估计统计量</translation>
    </message>
    <message>
      <source>Restores the mean and standard deviation that each layer's output has in the original model, by adjusting its weight and bias. Takes seconds, without labels or training. For networks with BatchNorm, folded or not.</source>
      <extracomment>statistics</extracomment>
      <translation>通过调整权重和偏置，恢复每层输出在原始模型中的均值和标准差。只需几秒，不需要标签，也不训练。适用于含 BatchNorm 的网络（无论是否已合并）。</translation>
    </message>
    <message>
      <source>export</source>
      <extracomment>statistics</extracomment>
      <translation>导出</translation>
    </message>
    <message>
      <source>export: of the model as it will be exported. quantize: before the quantisation steps.</source>
      <extracomment>statistics</extracomment>
      <translation>export：对将要导出的模型。quantize：在量化步骤之前。</translation>
    </message>
    <message>
      <source>quantize</source>
      <extracomment>statistics</extracomment>
      <translation>量化</translation>
    </message>
    <message>
      <source>Give a number from 0.</source>
      <extracomment>workbench/core/analysis/plan.py</extracomment>
      <translation>请给出不小于 0 的数。</translation>
    </message>
    <message>
      <source>Give some of {known}.</source>
      <extracomment>workbench/core/analysis/plan.py</extracomment>
      <translation>请从以下选择：{known}。</translation>
    </message>
    <message>
      <source>The families of a search are not {given}.</source>
      <extracomment>workbench/core/analysis/plan.py</extracomment>
      <translation>搜索不支持这些方法类别：{given}。</translation>
    </message>
    <message>
      <source>{name} is {value}.</source>
      <extracomment>workbench/core/analysis/plan.py</extracomment>
      <translation>{name} 为 {value}。</translation>
    </message>
    <message>
      <source>'{address}' is not the address of a scheduler.</source>
      <extracomment>workbench/core/analysis/workforce.py</extracomment>
      <translation>“{address}”不是调度器地址。</translation>
    </message>
    <message>
      <source>Give a number from 1 to {most}.</source>
      <extracomment>workbench/core/analysis/workforce.py</extracomment>
      <translation>请给出 1 到 {most} 之间的数。</translation>
    </message>
    <message>
      <source>There cannot be {workers} worker processes.</source>
      <extracomment>workbench/core/analysis/workforce.py</extracomment>
      <translation>工作进程的数量不能是 {workers}。</translation>
    </message>
    <message>
      <source>Write tcp://HOST:PORT, such as {example}.</source>
      <extracomment>workbench/core/analysis/workforce.py</extracomment>
      <translation>请写成 tcp://HOST:PORT，例如 {example}。</translation>
    </message>
    <message>
      <source>Cannot write into {folder}: {reason}.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>无法写入 {folder}：{reason}。</translation>
    </message>
    <message>
      <source>Cannot write into {place}: {reason}.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>无法写入 {place}：{reason}。</translation>
    </message>
    <message>
      <source>Cannot write {path}: its name is not valid Unicode.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>无法写入 {path}：其名称不是有效的 Unicode。</translation>
    </message>
    <message>
      <source>Cannot write {path}: {reason}.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>无法写入 {path}：{reason}。</translation>
    </message>
    <message>
      <source>Cannot write {target}: {reason}.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>无法写入 {target}：{reason}。</translation>
    </message>
    <message>
      <source>Choose another folder.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>请选择其他文件夹。</translation>
    </message>
    <message>
      <source>Free some space or choose another folder.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>请释放空间或选择其他文件夹。</translation>
    </message>
    <message>
      <source>Rename that file.</source>
      <extracomment>workbench/core/base/files.py</extracomment>
      <translation>请重命名该文件。</translation>
    </message>
    <message>
      <source>The same again goes on from here: measurements are kept.</source>
      <extracomment>workbench/core/base/job.py</extracomment>
      <translation>再次运行会从此处继续：实测结果已保留。</translation>
    </message>
    <message>
      <source>The time limit is {value} s.</source>
      <extracomment>workbench/core/base/job.py</extracomment>
      <translation>时间限制为 {value} 秒。</translation>
    </message>
    <message>
      <source>The time limit was reached.</source>
      <extracomment>workbench/core/base/job.py</extracomment>
      <translation>已达到时间限制。</translation>
    </message>
    <message>
      <source>paused</source>
      <extracomment>workbench/core/base/job.py</extracomment>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>The languages are: {all}.</source>
      <extracomment>workbench/core/base/language.py</extracomment>
      <translation>可用的语言：{all}。</translation>
    </message>
    <message>
      <source>There is no language '{code}'.</source>
      <extracomment>workbench/core/base/language.py</extracomment>
      <translation>没有语言 '{code}'。</translation>
    </message>
    <message>
      <source>{first}, {second} and {more} more</source>
      <extracomment>workbench/core/base/message.py</extracomment>
      <translation>{first}、{second} 及另外 {more} 个</translation>
    </message>
    <message>
      <source>the same size</source>
      <extracomment>workbench/core/base/quantities.py</extracomment>
      <translation>大小相同</translation>
    </message>
    <message>
      <source>{percent} larger</source>
      <extracomment>workbench/core/base/quantities.py</extracomment>
      <translation>增大 {percent}</translation>
    </message>
    <message>
      <source>{percent} smaller</source>
      <extracomment>workbench/core/base/quantities.py</extracomment>
      <translation>减小 {percent}</translation>
    </message>
    <message>
      <source>{times}x larger</source>
      <extracomment>workbench/core/base/quantities.py</extracomment>
      <translation>增大到 {times} 倍</translation>
    </message>
    <message>
      <source>{times}x smaller ({share} kept)</source>
      <extracomment>workbench/core/base/quantities.py</extracomment>
      <translation>缩小到 1/{times}（保留 {share}）</translation>
    </message>
    <message>
      <source>Windows reserves this name for a device</source>
      <extracomment>workbench/core/base/system.py</extracomment>
      <translation>Windows 为设备保留了这个名称</translation>
    </message>
    <message>
      <source>a file name cannot contain a slash or be '.' or '..'</source>
      <extracomment>workbench/core/base/system.py</extracomment>
      <translation>文件名不能含斜杠，也不能是“.”或“..”</translation>
    </message>
    <message>
      <source>it contains a non-printable character</source>
      <extracomment>workbench/core/base/system.py</extracomment>
      <translation>其中有不可打印的字符</translation>
    </message>
    <message>
      <source>it contains one of &lt; &gt; : " \ | ? *</source>
      <extracomment>workbench/core/base/system.py</extracomment>
      <translation>不能包含 &lt; &gt; : " \ | ? * 中的任何字符</translation>
    </message>
    <message>
      <source>it ends with a space or a dot</source>
      <extracomment>workbench/core/base/system.py</extracomment>
      <translation>以空格或点结尾</translation>
    </message>
    <message>
      <source>the name is too long</source>
      <extracomment>workbench/core/base/system.py</extracomment>
      <translation>名称太长</translation>
    </message>
    <message>
      <source>Confirm that you trust it (on the command line: --trust for files that you name there, --trust-path PATH for one that a recipe names).</source>
      <extracomment>workbench/core/base/trust.py</extracomment>
      <translation>请确认您信任它（命令行：对其中指定的文件用 --trust，对配方指定的文件用 --trust-path PATH）。</translation>
    </message>
    <message>
      <source>Copy it to this computer, or allow it (on the command line: --trust-path {place}).</source>
      <extracomment>workbench/core/base/trust.py</extracomment>
      <translation>请将其复制到本机，或予以允许（命令行：--trust-path {place}）。</translation>
    </message>
    <message>
      <source>{path} is on another computer: looking it up would sign in to {place}.</source>
      <extracomment>workbench/core/base/trust.py</extracomment>
      <translation>{path} 位于另一台计算机上：查找它会登录到 {place}。</translation>
    </message>
    <message>
      <source>'{anchor}' contains itself</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>“{anchor}”包含它自身</translation>
    </message>
    <message>
      <source>Cannot read {subject} {path}: it is larger than {largest} MB.</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>无法读取{subject} {path}：它超过 {largest} MB。</translation>
    </message>
    <message>
      <source>Cannot read {subject} {path}: it is not a file.</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>无法读取{subject} {path}：它不是文件。</translation>
    </message>
    <message>
      <source>Cannot read {subject} {path}: {reason}.</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>无法读取{subject} {path}：{reason}。</translation>
    </message>
    <message>
      <source>a key is not a string</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>有一个键不是文本</translation>
    </message>
    <message>
      <source>a number has {n:,} characters</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>有一个数长达 {n:,} 个字符</translation>
    </message>
    <message>
      <source>it has more than {most:,} values (aliases included)</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>它有超过 {most:,} 个值（每个别名都计入）</translation>
    </message>
    <message>
      <source>it is larger than {largest} MB</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>它超过 {largest} MB</translation>
    </message>
    <message>
      <source>it is not a text file (UTF-8)</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>它不是文本文件（UTF-8）</translation>
    </message>
    <message>
      <source>lists and mappings are nested more than {deepest} deep</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>列表与映射嵌套超过 {deepest} 层</translation>
    </message>
    <message>
      <source>the key '{key}' occurs twice</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>“{key}”出现两次</translation>
    </message>
    <message>
      <source>the tag {tag} is not supported; use plain values only</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>不支持标签 {tag}；只能使用普通的值</translation>
    </message>
    <message>
      <source>{name} is not valid YAML, line {line}: {said}.</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>{name} 不是有效的 YAML，第 {line} 行：{said}。</translation>
    </message>
    <message>
      <source>{name} is not valid YAML.</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>{name} 不是有效的 YAML。</translation>
    </message>
    <message>
      <source>{name} is not valid YAML: {said}.</source>
      <extracomment>workbench/core/base/yaml_file.py</extracomment>
      <translation>{name} 不是有效的 YAML：{said}。</translation>
    </message>
    <message>
      <source>{name} failed: {said}.</source>
      <extracomment>workbench/core/plugins/contain.py</extracomment>
      <translation>{name} 失败：{said}。</translation>
    </message>
    <message>
      <source>{words} has a bug: remove it, or report it to its author.</source>
      <extracomment>workbench/core/plugins/contain.py</extracomment>
      <translation>{words} 有缺陷：请移除它，或向其作者报告。</translation>
    </message>
    <message>
      <source>The plug-in {name}</source>
      <extracomment>workbench/core/plugins/discovery.py</extracomment>
      <translation>插件 {name}</translation>
    </message>
    <message>
      <source>The plug-in {name} ({point} = {target})</source>
      <extracomment>workbench/core/plugins/discovery.py</extracomment>
      <translation>插件 {name}（{point} = {target}）</translation>
    </message>
    <message>
      <source>with an unknown name</source>
      <extracomment>workbench/core/plugins/discovery.py</extracomment>
      <translation>名称未知</translation>
    </message>
    <message>
      <source>{kind}: {text}</source>
      <extracomment>workbench/core/plugins/discovery.py</extracomment>
      <translation>{kind}：{text}</translation>
    </message>
    <message>
      <source>{words} was not loaded: {said}.</source>
      <extracomment>workbench/core/plugins/discovery.py</extracomment>
      <translation>{words} 未载入：{said}。</translation>
    </message>
    <message>
      <source>no significant difference on {n:,} samples: {value} {unit} [{low}, {high}]</source>
      <extracomment>workbench/core/recipe/gain.py</extracomment>
      <translation>在 {n:,} 个样本上差异不显著：{value} {unit} [{low}, {high}]</translation>
    </message>
    <message>
      <source>{value} {unit} [{low}, {high}] on {n:,} samples</source>
      <extracomment>workbench/core/recipe/gain.py</extracomment>
      <translation>{value} {unit} [{low}, {high}]，在 {n:,} 个样本上</translation>
    </message>
    <message>
      <source>Give exactly one of them.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>请只给出其中之一。</translation>
    </message>
    <message>
      <source>It must be {kind}.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>应为{kind}。</translation>
    </message>
    <message>
      <source>The parameters are: {fields}.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>可用的参数：{fields}。</translation>
    </message>
    <message>
      <source>a number</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>数</translation>
    </message>
    <message>
      <source>a string</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>文本</translation>
    </message>
    <message>
      <source>a whole number</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>整数</translation>
    </message>
    <message>
      <source>one of {choices}</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>以下之一：{choices}</translation>
    </message>
    <message>
      <source>true or false</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>true 或 false</translation>
    </message>
    <message>
      <source>{number} from {low:g} to {high:g}</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>{low:g} 到 {high:g} 的{number}</translation>
    </message>
    <message>
      <source>{number} {unit}</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>{number}（{unit}）</translation>
    </message>
    <message>
      <source>{number}, at least {low:g}</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>不小于 {low:g} 的{number}</translation>
    </message>
    <message>
      <source>{number}, at most {high:g}</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>不大于 {high:g} 的{number}</translation>
    </message>
    <message>
      <source>{where}one of {members} is required.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>{where}需要 {members} 之一。</translation>
    </message>
    <message>
      <source>{where}unknown parameter '{name}'.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>{where}未知参数“{name}”。</translation>
    </message>
    <message>
      <source>{where}{chosen} cannot be combined.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>{where}{chosen} 不能同时使用。</translation>
    </message>
    <message>
      <source>{where}{field} has the invalid value {value}.</source>
      <extracomment>workbench/core/recipe/params.py</extracomment>
      <translation>{where}{field} 的值 {value} 无效。</translation>
    </message>
    <message>
      <source>'export' is not a mapping</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“export”不是映射</translation>
    </message>
    <message>
      <source>'layers' is not a mapping</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“layers”不是映射</translation>
    </message>
    <message>
      <source>'off' of a step of '{pattern}' is {off}</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{pattern}”某个步骤的“off”为 {off}</translation>
    </message>
    <message>
      <source>'{where}' has {n:,} steps</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{where}”有 {n:,} 个步骤</translation>
    </message>
    <message>
      <source>'{where}' is not a list of stages</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{where}”不是阶段的列表</translation>
    </message>
    <message>
      <source>A recipe is a mapping with 'version' and 'layers'.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>配方是包含 version 与 layers 的映射。</translation>
    </message>
    <message>
      <source>Correct it, or save a recipe from the window.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请修正它，或在窗口中保存一个配方。</translation>
    </message>
    <message>
      <source>Give a YAML file.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请给出 YAML 文件。</translation>
    </message>
    <message>
      <source>Give an id that 'workbench targets' lists.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>应为 workbench targets 所列目标设备的标识。</translation>
    </message>
    <message>
      <source>Give at most {most}.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请最多给出 {most} 个。</translation>
    </message>
    <message>
      <source>Give at most {rows:,} rows, {globs:,} of them globs.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请最多给出 {rows:,} 行，其中通配符最多 {globs:,} 行。</translation>
    </message>
    <message>
      <source>Give one value.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请给出一个值。</translation>
    </message>
    <message>
      <source>Its keys are layer paths or globs.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>它的键是层路径或通配符。</translation>
    </message>
    <message>
      <source>Omit it, or give a whole number from 0.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请省略它，或给出从 0 起的整数。</translation>
    </message>
    <message>
      <source>The keys are {known}.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>可用的键：{known}。</translation>
    </message>
    <message>
      <source>This program reads version {version}.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>此程序读取版本 {version}。</translation>
    </message>
    <message>
      <source>Write [{{{key}: {{…}}}}].</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请写 [{{{key}: {{…}}}}]。</translation>
    </message>
    <message>
      <source>Write one of {choices}.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请填写其中之一：{choices}。</translation>
    </message>
    <message>
      <source>Write onnx.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>应为 onnx。</translation>
    </message>
    <message>
      <source>Write the number of samples at a time, from 1.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请写每次处理的样本数，从 1 起。</translation>
    </message>
    <message>
      <source>Write true or false.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>应为 true 或 false。</translation>
    </message>
    <message>
      <source>Write {{{key}: {{parameter: value}}}}.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>请写 {{{key}: {{parameter: value}}}}。</translation>
    </message>
    <message>
      <source>a step of '{where}' has more or less than one method</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{where}”的一个步骤不是恰好一个方法</translation>
    </message>
    <message>
      <source>an entry of '{where}' has more or less than one stage</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{where}”的一项不是恰好一个阶段</translation>
    </message>
    <message>
      <source>export.format is {kind}</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>export.format 为 {kind}</translation>
    </message>
    <message>
      <source>export.{key} is {given}</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>export.{key} 为 {given}</translation>
    </message>
    <message>
      <source>it has an unknown key '{extra}'</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>它含有未知的键“{extra}”</translation>
    </message>
    <message>
      <source>it has {rows:,} rows, {globs:,} of them globs</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>它有 {rows:,} 行，其中通配符 {globs:,} 行</translation>
    </message>
    <message>
      <source>its seed is not a non-negative whole number</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>其种子不是不小于 0 的整数</translation>
    </message>
    <message>
      <source>its target is {target}</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>其目标设备是 {target}</translation>
    </message>
    <message>
      <source>its version is {version}</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>其版本为 {version}</translation>
    </message>
    <message>
      <source>the parameters of {subject} in '{where}' are not a mapping</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{where}”中 {subject} 的参数不是映射</translation>
    </message>
    <message>
      <source>the recipe</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>配方</translation>
    </message>
    <message>
      <source>the row '{where}' is not a list of steps</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>行“{where}”不是步骤的列表</translation>
    </message>
    <message>
      <source>{name} is not a recipe.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>{name} 不是配方。</translation>
    </message>
    <message>
      <source>{name} is not a valid recipe: {problem}.</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>{name} 不是有效的配方：{problem}。</translation>
    </message>
    <message>
      <source>{odd} of {subject} in '{where}' is not a single value</source>
      <extracomment>workbench/core/recipe/recipe.py</extracomment>
      <translation>“{where}”中 {subject} 的 {odd} 不是单个值</translation>
    </message>
    <message>
      <source>The stages are: {params}.</source>
      <extracomment>workbench/core/recipe/recovery.py</extracomment>
      <translation>可用的阶段：{params}。</translation>
    </message>
    <message>
      <source>There is no recovery stage '{kind}'.</source>
      <extracomment>workbench/core/recipe/recovery.py</extracomment>
      <translation>没有精度恢复阶段“{kind}”。</translation>
    </message>
    <message>
      <source>{stage} on {trained:,} samples: {metric} {before} → {after} on {held:,} held-out samples, best after {best:.1f} of {epochs:.1f} epochs, {duration}</source>
      <extracomment>workbench/core/recipe/recovery.py</extracomment>
      <translation>{stage}，{trained:,} 个样本：在 {held:,} 个留出样本上 {metric} {before} → {after}，第 {best:.1f} / {epochs:.1f} 轮后最佳，用时 {duration}</translation>
    </message>
    <message>
      <source>{stage}: {metric} {before} → {after} on {held:,} held-out samples, {duration}</source>
      <extracomment>workbench/core/recipe/recovery.py</extracomment>
      <translation>{stage}：{metric} {before} → {after}，在 {held:,} 个留出样本上，{duration}</translation>
    </message>
    <message>
      <source>The layers are {paths}{more}.</source>
      <extracomment>workbench/core/recipe/rows.py</extracomment>
      <translation>它的层有 {paths}{more}。</translation>
    </message>
    <message>
      <source>The recipe's row '{pattern}' matches no layer of the model.</source>
      <extracomment>workbench/core/recipe/rows.py</extracomment>
      <translation>配方中的行 '{pattern}' 不匹配模型的任何层。</translation>
    </message>
    <message>
      <source>Check the name.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>请检查名称。</translation>
    </message>
    <message>
      <source>Copy or export it again.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>请重新复制或导出。</translation>
    </message>
    <message>
      <source>Download the file, and give its path.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>请下载该文件，并给出其路径。</translation>
    </message>
    <message>
      <source>Download the model (hf download {path}), and give its folder.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>请下载该模型（hf download {path}），并给出其文件夹。</translation>
    </message>
    <message>
      <source>There is no file {path}.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>没有文件 {path}。</translation>
    </message>
    <message>
      <source>There is no file {path}. Model names of hubs are not looked up.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>没有文件 {path}。如果它是模型库中的名称：程序不会联网查找。</translation>
    </message>
    <message>
      <source>{path} is an address; nothing is fetched from the network.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>{path} 是网址；程序不从网络获取任何内容。</translation>
    </message>
    <message>
      <source>{path} is not a safetensors file, or it is damaged.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>{path} 不是 safetensors 文件，或已损坏。</translation>
    </message>
    <message>
      <source>{path} is not an ONNX model, or it is damaged.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>{path} 不是 ONNX 模型，或已损坏。</translation>
    </message>
    <message>
      <source>{path} is {subject}.</source>
      <extracomment>workbench/core/recognition/foreign.py</extracomment>
      <translation>{path} 是{subject}。</translation>
    </message>
    <message>
      <source>Convert a Keras model with tf2onnx.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请用 tf2onnx 转换 Keras 模型。</translation>
    </message>
    <message>
      <source>Convert it with paddle2onnx.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请用 paddle2onnx 转换。</translation>
    </message>
    <message>
      <source>Convert it with tf2onnx.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请用 tf2onnx 转换。</translation>
    </message>
    <message>
      <source>Fetch it with git lfs pull.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请用 git lfs pull 获取。</translation>
    </message>
    <message>
      <source>Give the folder that it is in.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请给出它所在的文件夹。</translation>
    </message>
    <message>
      <source>Merge it into its model.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请将其合并到模型中。</translation>
    </message>
    <message>
      <source>Open a model, then attach arrays as an .npz.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请打开一个模型，然后以 .npz 附加数组。</translation>
    </message>
    <message>
      <source>Open a model.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请打开一个模型。</translation>
    </message>
    <message>
      <source>Open the .onnx file that it was made from.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请打开生成它的 .onnx 文件。</translation>
    </message>
    <message>
      <source>Open the ONNX file that it was built from.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请打开构建它所用的 ONNX 文件。</translation>
    </message>
    <message>
      <source>Open the model that it was made from: ONNX, PyTorch, or a folder with config.json and safetensors.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请打开生成它的模型：ONNX、PyTorch，或含有 config.json 和 safetensors 的文件夹。</translation>
    </message>
    <message>
      <source>Open the original weights: a folder with config.json and safetensors, or an ONNX export.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请打开原始权重：含有 config.json 和 safetensors 的文件夹，或导出的 ONNX。</translation>
    </message>
    <message>
      <source>Unpack it first.</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>请先解压。</translation>
    </message>
    <message>
      <source>a Core ML model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>Core ML 模型</translation>
    </message>
    <message>
      <source>a Git LFS pointer; the file itself was not downloaded</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>Git LFS 指针；文件本身尚未下载</translation>
    </message>
    <message>
      <source>a PaddlePaddle file</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation> PaddlePaddle 文件</translation>
    </message>
    <message>
      <source>a PaddlePaddle folder</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation> PaddlePaddle 文件夹</translation>
    </message>
    <message>
      <source>a TensorFlow Lite model, which is not supported</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation> TensorFlow Lite 模型，不予打开</translation>
    </message>
    <message>
      <source>a TensorFlow SavedModel</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>TensorFlow SavedModel</translation>
    </message>
    <message>
      <source>a TensorRT engine, compiled for one kind of GPU</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>TensorRT 引擎，为某一种 GPU 编译</translation>
    </message>
    <message>
      <source>a configuration, not a model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>配置文件，不是模型</translation>
    </message>
    <message>
      <source>a llama.cpp GGML file</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>llama.cpp 的 GGML 文件</translation>
    </message>
    <message>
      <source>a llama.cpp GGUF file, whose weights are already quantised</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>llama.cpp 的 GGUF 文件，其权重已经量化</translation>
    </message>
    <message>
      <source>a model compiled for Rockchip NPUs</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>为 Rockchip NPU 编译的模型</translation>
    </message>
    <message>
      <source>a model of another runtime</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>其他运行时的模型</translation>
    </message>
    <message>
      <source>an HDF5 file, which is not supported</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation> HDF5 文件，不予打开</translation>
    </message>
    <message>
      <source>an ONNX Runtime file (.ort)</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>ONNX Runtime 自有格式（.ort）的文件</translation>
    </message>
    <message>
      <source>an OpenVINO model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>OpenVINO 模型</translation>
    </message>
    <message>
      <source>an adapter (LoRA), not a whole model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>适配器（LoRA），不是完整模型</translation>
    </message>
    <message>
      <source>an array, not a model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>数组，不是模型</translation>
    </message>
    <message>
      <source>an image, not a model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>图像，不是模型</translation>
    </message>
    <message>
      <source>an ncnn model</source>
      <extracomment>workbench/core/recognition/kinds.py</extracomment>
      <translation>ncnn 模型</translation>
    </message>
    <message>
      <source>'{subject}' has more than {most} entries</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”超过 {most} 项</translation>
    </message>
    <message>
      <source>'{subject}' is not a list</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”不是列表</translation>
    </message>
    <message>
      <source>'{subject}' is not a number</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”不是数</translation>
    </message>
    <message>
      <source>'{subject}' is not a string</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”不是文本</translation>
    </message>
    <message>
      <source>'{subject}' is not a whole number</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”不是整数</translation>
    </message>
    <message>
      <source>'{subject}' is not a whole number below {below}</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”不是小于 {below} 的整数</translation>
    </message>
    <message>
      <source>'{subject}' is {value}</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>“{subject}”为 {value}</translation>
    </message>
    <message>
      <source>{name} is not a valid session: {problem}.</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>{name} 不是有效的会话：{problem}。</translation>
    </message>
    <message>
      <source>{subject} is not a mapping</source>
      <extracomment>workbench/core/session/checked.py</extracomment>
      <translation>{subject}不是映射</translation>
    </message>
    <message>
      <source>A session is a {suffix} file of the window.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>会话是由本程序窗口保存的 {suffix} 文件。</translation>
    </message>
    <message>
      <source>A session keeps at most {most:,} snapshots, and there are {n:,}.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>一个会话最多保存 {most:,} 个快照，目前有 {n:,} 个。</translation>
    </message>
    <message>
      <source>Cannot read the session {path}: {why}.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>无法读取会话 {path}：{why}。</translation>
    </message>
    <message>
      <source>Cannot write {path}: a value in the recipe is NaN or infinite.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>无法写入 {path}：配方中有值为 NaN 或无限大。</translation>
    </message>
    <message>
      <source>Correct it in the recipe.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>请在配方中修正它。</translation>
    </message>
    <message>
      <source>Delete snapshots, and save again.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>请删除一些快照，然后重新保存。</translation>
    </message>
    <message>
      <source>Delete some, and save again.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>请删除一些，然后重新保存。</translation>
    </message>
    <message>
      <source>Give a {suffix} file.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>请提供 {suffix} 文件。</translation>
    </message>
    <message>
      <source>Save the session again from the window.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>请在窗口中重新保存会话。</translation>
    </message>
    <message>
      <source>The session is too large for a file: {size}.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>会话过大，无法存入文件：{size}。</translation>
    </message>
    <message>
      <source>This program reads session version {known}.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>本程序读取版本为 {known} 的会话。</translation>
    </message>
    <message>
      <source>a panel</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>面板</translation>
    </message>
    <message>
      <source>it names no model</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>它没有指明模型</translation>
    </message>
    <message>
      <source>{name} has version {version}.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>{name} 的版本是 {version}。</translation>
    </message>
    <message>
      <source>{path} is not a regular file.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>{path} 不是普通文件。</translation>
    </message>
    <message>
      <source>{path} is not a session: it is damaged, or was written by another program.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>{path} 不是会话：它已损坏，或属于其他程序。</translation>
    </message>
    <message>
      <source>{path} is too large for a session.</source>
      <extracomment>workbench/core/session/session_file.py</extracomment>
      <translation>{path} 太大，不可能是会话。</translation>
    </message>
    <message>
      <source>'{subject}' does not have two entries</source>
      <extracomment>workbench/core/session/session_plan.py</extracomment>
      <translation>“{subject}”不是恰好两项</translation>
    </message>
    <message>
      <source>a recipe of the plan</source>
      <extracomment>workbench/core/session/session_plan.py</extracomment>
      <translation>计划中的配方</translation>
    </message>
    <message>
      <source>a branch of history</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>历史中的分支</translation>
    </message>
    <message>
      <source>a branch's steps</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>分支的步骤</translation>
    </message>
    <message>
      <source>a branch's text</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>分支的文字</translation>
    </message>
    <message>
      <source>a recipe in its undo list has a duplicate row</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>其撤销列表中的某个配方有重复的行</translation>
    </message>
    <message>
      <source>a recipe of history</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>历史中的配方</translation>
    </message>
    <message>
      <source>a recipe's layers</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>配方的层</translation>
    </message>
    <message>
      <source>a row of history</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>历史中的行</translation>
    </message>
    <message>
      <source>a row of history is not one row</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>历史中的某一行不是单独一行</translation>
    </message>
    <message>
      <source>a row's number</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>行号</translation>
    </message>
    <message>
      <source>a snapshot</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>快照</translation>
    </message>
    <message>
      <source>a snapshot has no size</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>某个快照没有大小</translation>
    </message>
    <message>
      <source>a snapshot's name</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>快照的名称</translation>
    </message>
    <message>
      <source>a snapshot's note</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>快照的备注</translation>
    </message>
    <message>
      <source>a step of history</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>历史中的步骤</translation>
    </message>
    <message>
      <source>a step's text</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>步骤的文字</translation>
    </message>
    <message>
      <source>how {subject} was obtained</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>{subject} 的获得方式</translation>
    </message>
    <message>
      <source>its undo list does not end in its recipe</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>其撤销列表与其配方不一致</translation>
    </message>
    <message>
      <source>the recipes in its undo list have more than {rows} rows</source>
      <extracomment>workbench/core/session/session_states.py</extracomment>
      <translation>其撤销列表中的配方超过 {rows} 行</translation>
    </message>
    <message>
      <source>It is computed in floating point there.</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>它在该设备上以浮点计算。</translation>
    </message>
    <message>
      <source>It runs on the CPU there.</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>它在该设备的 CPU 上运行。</translation>
    </message>
    <message>
      <source>The model is refused there.</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>该设备拒绝此模型。</translation>
    </message>
    <message>
      <source>weights are not quantised without activations: add 8-bit activations</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>不支持只量化权重：请添加 8 位激活值</translation>
    </message>
    <message>
      <source>weights with 8-bit activations use at most {most} bits, not {given}: sums of products saturate</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>配合 8 位激活值的权重最多用 {most} 位，而不是 {given} 位：乘积之和会饱和</translation>
    </message>
    <message>
      <source>{subject}: {allowed}, not {given}</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>{subject}：{allowed}，而不是 {given}</translation>
    </message>
    <message>
      <source>{target} does not support {op} (by rule: {source}).</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>{target} 不支持 {op}（依据规则：{source}）。</translation>
    </message>
    <message>
      <source>{target}, {op}: {wrong} (by rule: {source}).</source>
      <extracomment>workbench/core/targets/check.py</extracomment>
      <translation>{target}，{op}：{wrong}（依据规则：{source}）。</translation>
    </message>
    <message>
      <source>'{key}' is missing</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>缺少“{key}”</translation>
    </message>
    <message>
      <source>'{key}' {problem} ({value})</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>“{key}”{problem}（{value}）</translation>
    </message>
    <message>
      <source>Choose a target that states energy figures, or limit MACs or bytes.</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>请选择给出了能耗数据的目标设备，或改为限制 MACs 或字节数。</translation>
    </message>
    <message>
      <source>See extending/targets.md in the documentation.</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>请参阅文档 extending/targets.md。</translation>
    </message>
    <message>
      <source>The energy use of this device is not known: the target states no figures, and no counter can be read.</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>该设备的能耗未知：目标设备没有给出能耗数据，也没有可读取的计数器。</translation>
    </message>
    <message>
      <source>The targets are: {known}.</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>可用的目标设备：{known}。</translation>
    </message>
    <message>
      <source>There is no target '{name}'.</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>没有目标设备“{name}”。</translation>
    </message>
    <message>
      <source>are not floating-point formats</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是浮点格式</translation>
    </message>
    <message>
      <source>is not a bit width</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是位宽</translation>
    </message>
    <message>
      <source>is not a list</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是列表</translation>
    </message>
    <message>
      <source>is not a list of bit widths</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是位宽的列表</translation>
    </message>
    <message>
      <source>is not a list of granularities</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是粒度的列表</translation>
    </message>
    <message>
      <source>is not a list of sizes</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是大小的列表</translation>
    </message>
    <message>
      <source>is not a list of strings</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是文本列表</translation>
    </message>
    <message>
      <source>is not a mapping</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是映射</translation>
    </message>
    <message>
      <source>is not a mapping from types to positive numbers</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是从类型到正数的映射</translation>
    </message>
    <message>
      <source>is not a mapping of operators</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是算子的映射</translation>
    </message>
    <message>
      <source>is not a positive whole number</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是正整数</translation>
    </message>
    <message>
      <source>is not a string</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是文本</translation>
    </message>
    <message>
      <source>is not a string that names the source of the rules</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是文本：规则的出处</translation>
    </message>
    <message>
      <source>is not a valid id</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是有效的标识符</translation>
    </message>
    <message>
      <source>is not one of {known}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不属于 {known}</translation>
    </message>
    <message>
      <source>is not one of {numbers}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不属于 {numbers}</translation>
    </message>
    <message>
      <source>is not positive</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是正数</translation>
    </message>
    <message>
      <source>is not true or false</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是 true 或 false</translation>
    </message>
    <message>
      <source>is not {version}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>不是 {version}</translation>
    </message>
    <message>
      <source>it allows nothing: no {numbers} of {bits} bits is one of {formats}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>它不允许任何格式：没有 {bits} 位的 {numbers} 属于 {formats}</translation>
    </message>
    <message>
      <source>it has no target files (*.yaml)</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>其中没有目标设备文件（*.yaml）</translation>
    </message>
    <message>
      <source>it has unknown keys: {left}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>它含有未知的键：{left}</translation>
    </message>
    <message>
      <source>it is not a mapping</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>它不是映射</translation>
    </message>
    <message>
      <source>the file</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>文件</translation>
    </message>
    <message>
      <source>the rule of {op}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>{op} 的规则</translation>
    </message>
    <message>
      <source>the target</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>目标设备文件</translation>
    </message>
    <message>
      <source>{name} is not a valid target file, in {where}: {problem}.</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>{name} 不是有效的目标设备文件，位置：{where}：{problem}。</translation>
    </message>
    <message>
      <source>{where}, {key}</source>
      <extracomment>workbench/core/targets/reading.py</extracomment>
      <translation>{where}，{key}</translation>
    </message>
    <message>
      <source>codebooks</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>码本</translation>
    </message>
    <message>
      <source>floating point alone</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>仅浮点</translation>
    </message>
    <message>
      <source>floats</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>浮点数</translation>
    </message>
    <message>
      <source>groups of {sizes}</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每组 {sizes} 个</translation>
    </message>
    <message>
      <source>integers</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>整数</translation>
    </message>
    <message>
      <source>per channel</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每通道</translation>
    </message>
    <message>
      <source>per channel or group</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每通道或每组</translation>
    </message>
    <message>
      <source>per group</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每组</translation>
    </message>
    <message>
      <source>per tensor</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每张量</translation>
    </message>
    <message>
      <source>per tensor or channel</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每张量或每通道</translation>
    </message>
    <message>
      <source>per tensor or group</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>每张量或每组</translation>
    </message>
    <message>
      <source>symmetric</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>对称</translation>
    </message>
    <message>
      <source>with a zero point</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>有零点</translation>
    </message>
    <message>
      <source>with or without a zero point</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>有或没有零点</translation>
    </message>
    <message>
      <source>{bits} bits</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>{bits} 位</translation>
    </message>
    <message>
      <source>{bits}-bit codebooks</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>{bits} 位码本</translation>
    </message>
    <message>
      <source>{bits}-bit floats</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>{bits} 位浮点数</translation>
    </message>
    <message>
      <source>{bits}-bit integers</source>
      <extracomment>workbench/core/targets/words.py</extracomment>
      <translation>{bits} 位整数</translation>
    </message>
    <message>
      <source>Add class_names: a text for each class, in the model's order.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>请添加 class_names：按模型的顺序，每个类别一个文本。</translation>
    </message>
    <message>
      <source>Add labels, or choose another metric.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>请添加标签，或选择其他指标。</translation>
    </message>
    <message>
      <source>Choose another metric.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>请选择其他指标。</translation>
    </message>
    <message>
      <source>Give one class index per sample, or targets with the shape of the output; or omit the labels.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>请为每个样本给出一个类别编号，或与输出形状相同的目标；也可不给标签。</translation>
    </message>
    <message>
      <source>Number the classes from 0 in the model's order.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>请按模型的顺序从 0 开始给类别编号。</translation>
    </message>
    <message>
      <source>Omit the metric, or choose f1, balanced_accuracy or auc for two classes, mse for numbers.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>请省略指标；两个类别可选择 f1、balanced_accuracy 或 auc，数值可选择 mse。</translation>
    </message>
    <message>
      <source>The labels are names of classes, and nothing says which class of the model has which name.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>标签是类别名称，但没有说明模型的哪个类别对应哪个名称。</translation>
    </message>
    <message>
      <source>The labels have type {dtype} and shape {shape} per sample, but the model's output is {shapes}.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>每个样本的标签为 {dtype}，形状 {shape}，而模型的输出为 {shapes}。</translation>
    </message>
    <message>
      <source>The labels run from {lowest:g} to {highest:g}, but the model has {classes} classes.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>标签从 {lowest:g} 到 {highest:g}，而模型有 {classes} 个类别。</translation>
    </message>
    <message>
      <source>The metric {wanted} compares classes, and the output is one value per sample.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>指标 {wanted} 比较类别，而输出为每个样本一个值。</translation>
    </message>
    <message>
      <source>The metric {wanted} does not fit this data ({shapes} per sample).</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>指标 {wanted} 不适用于此数据（每个样本{shapes}）。</translation>
    </message>
    <message>
      <source>The metric {wanted} does not fit this data ({shapes} per sample): {said}.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>指标 {wanted} 不适用于此数据（每个样本{shapes}）：{said}。</translation>
    </message>
    <message>
      <source>The metric {wanted} needs labels, and the data has none.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>指标 {wanted} 需要标签，而数据没有标签。</translation>
    </message>
    <message>
      <source>The metrics are: {known}.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>可用的指标：{known}。</translation>
    </message>
    <message>
      <source>There is no metric '{wanted}'.</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>没有指标“{wanted}”。</translation>
    </message>
    <message>
      <source>outputs {outputs}</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>输出 {outputs}</translation>
    </message>
    <message>
      <source>outputs {outputs}, labels {labels}</source>
      <extracomment>workbench/data/choosing.py</extracomment>
      <translation>输出 {outputs}，标签 {labels}</translation>
    </message>
    <message>
      <source>Make class_names a list of strings, one per class, in the order of the class indices; or omit it.</source>
      <extracomment>workbench/data/class_names.py</extracomment>
      <translation>class_names 应为文本列表，每个类别一个，按类别编号排列；也可以省略。</translation>
    </message>
    <message>
      <source>{path} names {n} classes, but has labels up to {highest}.</source>
      <extracomment>workbench/data/class_names.py</extracomment>
      <translation>{path} 给出了 {n} 个类别名称，但标签最大为 {highest}。</translation>
    </message>
    <message>
      <source>{path}: the array 'class_names' has type {dtype} and shape {shape}; it must be a list of strings.</source>
      <extracomment>workbench/data/class_names.py</extracomment>
      <translation>{path}：数组 'class_names' 是形状为 {shape} 的 {dtype}，不是文本列表。</translation>
    </message>
    <message>
      <source>{path}: the name of class {number} is empty, longer than {longest} characters, or not readable.</source>
      <extracomment>workbench/data/class_names.py</extracomment>
      <translation>{path}：类别 {number} 的名称为空、超过 {longest} 个字符或不可读。</translation>
    </message>
    <message>
      <source>Attach the data again.</source>
      <extracomment>workbench/data/columns.py</extracomment>
      <translation>请重新附加数据。</translation>
    </message>
    <message>
      <source>Save them with numpy.savez, which does not compress (such files are read batch by batch), or save fewer samples.</source>
      <extracomment>workbench/data/columns.py</extracomment>
      <translation>请用 numpy.savez 保存（不压缩，这类文件会逐批读取），或减少样本数。</translation>
    </message>
    <message>
      <source>The arrays of {file} need {unpacked} of memory for this model, more than is available.</source>
      <extracomment>workbench/data/columns.py</extracomment>
      <translation>{file} 含有供此模型用的 {unpacked} 数组，超过空闲内存。</translation>
    </message>
    <message>
      <source>{file} was changed while it was read, or is not there any more.</source>
      <extracomment>workbench/data/columns.py</extracomment>
      <translation>{file} 在读取期间被修改，或已不存在。</translation>
    </message>
    <message>
      <source>It must return one finite number per sample.</source>
      <extracomment>workbench/data/extensions.py</extracomment>
      <translation>它必须为每个样本给出一个有限的数。</translation>
    </message>
    <message>
      <source>It must return one finite number.</source>
      <extracomment>workbench/data/extensions.py</extracomment>
      <translation>它必须返回一个有限数值。</translation>
    </message>
    <message>
      <source>The metric {name} returned {dtype} of shape {shape} for {n} samples.</source>
      <extracomment>workbench/data/extensions.py</extracomment>
      <translation>指标 {name} 对 {n} 个样本给出 {dtype}，形状 {shape}。</translation>
    </message>
    <message>
      <source>The metric {name} returned {value} as the value of {n} samples.</source>
      <extracomment>workbench/data/extensions.py</extracomment>
      <translation>指标 {name} 对 {n} 个样本返回的值为 {value}。</translation>
    </message>
    <message>
      <source>Name the classes as there.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>请使用与数据相同的类别名称。</translation>
    </message>
    <message>
      <source>Name the classes in class_names as the labels do.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>请让 class_names 中的类别名称与标签一致。</translation>
    </message>
    <message>
      <source>The labels are one-hot: read as one class for each place.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>标签为 one-hot 形式：按每个位置一个类别读取。</translation>
    </message>
    <message>
      <source>The labels are probabilities of classes, and the most probable one counts. The metrics cross_entropy and mse compare all of them.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>标签是各类别的概率，按概率最高的类别计算。指标 cross_entropy 和 mse 比较全部概率。</translation>
    </message>
    <message>
      <source>The labels are the tokens of the input: at each place, the token that follows is asked for.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>标签就是输入的 token：每个位置以其后一个 token 作为目标。</translation>
    </message>
    <message>
      <source>The labels {unknown} are not among the class names of the data.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>标签 {unknown} 不在数据的类别名称之中。</translation>
    </message>
    <message>
      <source>{n:,} samples without a label are left out.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>{n:,} 个没有标签的样本未计入。</translation>
    </message>
    <message>
      <source>{path} has the classes {unknown}, which the data does not have.</source>
      <extracomment>workbench/data/label_forms.py</extracomment>
      <translation>{path} 含有数据中没有的类别 {unknown}。</translation>
    </message>
    <message>
      <source>'{text}' is not a number or a list of numbers for the input '{spec}'.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>“{text}”不是输入“{spec}”的数或数列。</translation>
    </message>
    <message>
      <source>Convert it.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请转换它。</translation>
    </message>
    <message>
      <source>Every array needs one entry per sample.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>每个数组对每个样本都需要一项。</translation>
    </message>
    <message>
      <source>Export it with a shape for each input; sizes in it may be free.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请导出时为每个输入给出形状；其中的大小可以是可变的。</translation>
    </message>
    <message>
      <source>Export the model with numeric inputs.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请以数值输入导出模型。</translation>
    </message>
    <message>
      <source>Give one for at least one input of the model.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请为模型的至少一个输入给出数组。</translation>
    </message>
    <message>
      <source>Give them as the model takes them, such as pixels from 0 to 255.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请按模型接受的形式给出，例如 0 到 255 的像素值。</translation>
    </message>
    <message>
      <source>Its inputs are {specs}.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>其输入为 {specs}。</translation>
    </message>
    <message>
      <source>Name the arrays after the model's inputs; a single one may be named x. An input that is the same for all samples can be set with --input {spec}=VALUE.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请以模型的输入命名数组；只有一个时可命名为 x。对所有样本都相同的输入可用 --input {spec}=VALUE 设置。</translation>
    </message>
    <message>
      <source>Remove them.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请去掉它们。</translation>
    </message>
    <message>
      <source>Reshape or convert it.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请改变形状或转换。</translation>
    </message>
    <message>
      <source>The input '{spec}' takes {words_of}, but got {shape}.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>输入“{spec}”需要 {words_of}，却给了 {shape}。</translation>
    </message>
    <message>
      <source>The model does not say how many dimensions its input '{spec}' has.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>模型未说明其输入“{spec}”有几个维度。</translation>
    </message>
    <message>
      <source>The model has no input '{name}'.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>模型没有输入“{name}”。</translation>
    </message>
    <message>
      <source>The model's input '{spec}' has type {dtype}, which data sets do not support.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>模型的输入“{spec}”为 {dtype} 类型，数据集没有这种类型。</translation>
    </message>
    <message>
      <source>Write --input {spec}=0, or a list of numbers in brackets.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>请写 --input {spec}=0，或方括号中的一列数。</translation>
    </message>
    <message>
      <source>one value</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>一个值</translation>
    </message>
    <message>
      <source>one value of {dtype}</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>一个 {dtype} 值</translation>
    </message>
    <message>
      <source>scalars</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>标量</translation>
    </message>
    <message>
      <source>{dtype} of {shape}</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{dtype}（{shape}）</translation>
    </message>
    <message>
      <source>{dtype} of {shown} per sample</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>每个样本 {dtype}（{shown}）</translation>
    </message>
    <message>
      <source>{path} has arrays of different lengths: '{spec}' has {n:,} entries, others {count:,}.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path} 的数组长度不同：“{spec}”有 {n:,} 项，其他有 {count:,} 项。</translation>
    </message>
    <message>
      <source>{path} has no array '{spec}' (it holds {names}).</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path} 没有数组“{spec}”（它含有 {names}）。</translation>
    </message>
    <message>
      <source>{path} has no array with one entry per sample.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path} 没有每个样本一项的数组。</translation>
    </message>
    <message>
      <source>{path}: some values of the array '{spec}' are NaN or infinite.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path}：数组“{spec}”中有 NaN 或无限大的值。</translation>
    </message>
    <message>
      <source>{path}: the array '{spec}' has fractional values, but the model takes integers ({dtype}).</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path}：数组“{spec}”含有小数，而模型接受整数（{dtype}）。</translation>
    </message>
    <message>
      <source>{path}: the array '{spec}' has type {dtype} and shape {shape}, but the model takes {sample}.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path}：数组“{spec}”为 {dtype}，形状 {shape}；模型需要：{sample}。</translation>
    </message>
    <message>
      <source>{path}: the array '{spec}' has values outside {low} to {high}, the range of {dtype}.</source>
      <extracomment>workbench/data/matching.py</extracomment>
      <translation>{path}：数组“{spec}”含有 {low} 到 {high} 之外的值，{dtype} 无法表示。</translation>
    </message>
    <message>
      <source>Boxes are read from {layout} per sample, and the output is {shape}.</source>
      <extracomment>workbench/data/metrics/boxes.py</extracomment>
      <translation>检测框按每个样本 {layout} 的形状读取，而输出为 {shape}。</translation>
    </message>
    <message>
      <source>Choose map, map_yolo, map_yolo5 or map_detr by what the model gives.</source>
      <extracomment>workbench/data/metrics/boxes.py</extracomment>
      <translation>请按模型的输出形式选择 map、map_yolo、map_yolo5 或 map_detr。</translation>
    </message>
    <message>
      <source>Give x1, y1, x2, y2 and the class of each object, with class -1 in rows that only fill up.</source>
      <extracomment>workbench/data/metrics/boxes.py</extracomment>
      <translation>请为每个目标提供 x1、y1、x2、y2 和类别；仅作填充的行类别为 -1。</translation>
    </message>
    <message>
      <source>Labels of boxes have the shape [objects, 5] per sample, not {shape}.</source>
      <extracomment>workbench/data/metrics/boxes.py</extracomment>
      <translation>检测框标签的形状应为每个样本 [目标数, 5]，而不是 {shape}。</translation>
    </message>
    <message>
      <source>Balanced accuracy is of classes of which each sample has one.</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>平衡准确率用于每个样本只属于一个类别的情况。</translation>
    </message>
    <message>
      <source>Choose another metric or output.</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>请选择其他指标或输出。</translation>
    </message>
    <message>
      <source>Choose f1.</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>请选择 f1。</translation>
    </message>
    <message>
      <source>Convert them, or choose another metric.</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>请转换标签，或选择其他指标。</translation>
    </message>
    <message>
      <source>Cross-entropy needs a score for each class, and as labels class numbers or a probability of each class.</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>交叉熵需要每个类别的得分，标签须为类别编号或每个类别的概率。</translation>
    </message>
    <message>
      <source>Several labels per sample are 0 and 1 each.</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>每个样本有多个标签时，各标签须为 0 或 1。</translation>
    </message>
    <message>
      <source>balanced accuracy</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>平衡准确率</translation>
    </message>
    <message>
      <source>cross-entropy</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>交叉熵</translation>
    </message>
    <message>
      <source>top-1 agreement with the original</source>
      <extracomment>workbench/data/metrics/classes.py</extracomment>
      <translation>与原始模型的 top-1 一致率</translation>
    </message>
    <message>
      <source>Retrieval needs one class index per sample, not {shape}.</source>
      <extracomment>workbench/data/metrics/embeddings.py</extracomment>
      <translation>检索指标需要每个样本一个类别编号，而不是 {shape}。</translation>
    </message>
    <message>
      <source>retrieval R@{k}</source>
      <extracomment>workbench/data/metrics/embeddings.py</extracomment>
      <translation>检索 R@{k}</translation>
    </message>
    <message>
      <source>agreement with the original</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与原始模型的一致率</translation>
    </message>
    <message>
      <source>agreement with the original at {at:g}</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与原始模型的一致率（阈值 {at:g}）</translation>
    </message>
    <message>
      <source>agreement with the teacher</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与教师模型的一致率</translation>
    </message>
    <message>
      <source>agreement with the teacher at {at:g}</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与教师模型的一致率（阈值 {at:g}）</translation>
    </message>
    <message>
      <source>cosine similarity to the original output</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与原始输出的余弦相似度</translation>
    </message>
    <message>
      <source>cosine similarity to the teacher's output</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与教师模型输出的余弦相似度</translation>
    </message>
    <message>
      <source>pixel agreement with the original</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与原始模型的像素一致率</translation>
    </message>
    <message>
      <source>pixel agreement with the teacher</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与教师模型的像素一致率</translation>
    </message>
    <message>
      <source>squared error relative to the original</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>相对原始模型的平方误差</translation>
    </message>
    <message>
      <source>squared error relative to the teacher</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>相对教师模型的平方误差</translation>
    </message>
    <message>
      <source>token agreement with the original</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与原始模型的词元一致率</translation>
    </message>
    <message>
      <source>token agreement with the teacher</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与教师模型的词元一致率</translation>
    </message>
    <message>
      <source>top-1 agreement with the teacher</source>
      <extracomment>workbench/data/metrics/listing.py</extracomment>
      <translation>与教师模型的 top-1 一致率</translation>
    </message>
    <message>
      <source>Give one class index per position.</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>请为每个位置提供一个类别编号。</translation>
    </message>
    <message>
      <source>Omit the metric, or choose f1 or miou.</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>请省略指标，或选择 f1 或 miou。</translation>
    </message>
    <message>
      <source>The outputs {outputs} are not class scores for the label maps {labels} (shapes per sample).</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>输出 {outputs} 不是标签图 {labels} 的类别得分（均按每个样本计）。</translation>
    </message>
    <message>
      <source>There are {classes:,} classes at each position; up to {most:,} can be counted one by one.</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>每个位置有 {classes:,} 个类别；最多可逐一统计 {most:,} 个。</translation>
    </message>
    <message>
      <source>There is one value at each position, and not a score for each class.</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>每个位置只有一个值，而不是每个类别一个得分。</translation>
    </message>
    <message>
      <source>mean IoU</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>平均 IoU</translation>
    </message>
    <message>
      <source>pixel accuracy</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>像素准确率</translation>
    </message>
    <message>
      <source>token accuracy</source>
      <extracomment>workbench/data/metrics/maps.py</extracomment>
      <translation>词元准确率</translation>
    </message>
    <message>
      <source>Correct the function.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>请修正该函数。</translation>
    </message>
    <message>
      <source>Give a function of outputs and targets.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>请提供以输出和目标为参数的函数。</translation>
    </message>
    <message>
      <source>Return one score for each sample.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>请为每个样本返回一个得分。</translation>
    </message>
    <message>
      <source>There is no file {file}.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>没有文件 {file}。</translation>
    </message>
    <message>
      <source>{file} has no function {name}.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>{file} 中没有函数 {name}。</translation>
    </message>
    <message>
      <source>{name} gives one number for all samples, which takes {wide:,} numbers per sample to compute, more than can be kept.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>{name} 对全部样本只给出一个数值，为此每个样本须保留 {wide:,} 个数，超过可保留的数量。</translation>
    </message>
    <message>
      <source>{path} runs code when it is loaded.</source>
      <extracomment>workbench/data/metrics/own.py</extracomment>
      <translation>{path} 在载入时会运行代码。</translation>
    </message>
    <message>
      <source>Add class_names to the data, the symbols in the model's order, or choose {cer}.</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>请在数据中加入 class_names（按模型顺序列出符号），或选择 {cer}。</translation>
    </message>
    <message>
      <source>CTC needs scores [positions, symbols] per sample, not {shape}.</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>CTC 从每个样本的得分 [位置, 符号] 解码，而不是从 {shape} 解码。</translation>
    </message>
    <message>
      <source>Give texts, or class indices [samples, length] padded with -1.</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>请提供文本，或类别编号 [样本, 长度]，末尾之后填 -1。</translation>
    </message>
    <message>
      <source>Sequences of shape {shape} per sample are not texts.</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>每个样本形状为 {shape} 的序列不是文本。</translation>
    </message>
    <message>
      <source>Words cannot be told apart: no symbol is a space.</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>无法区分单词：没有表示空格的符号。</translation>
    </message>
    <message>
      <source>symbol error rate (CER)</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>字符错误率（CER）</translation>
    </message>
    <message>
      <source>symbol error rate (CER, CTC)</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>字符错误率（CER，CTC）</translation>
    </message>
    <message>
      <source>word error rate (WER)</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>词错误率（WER）</translation>
    </message>
    <message>
      <source>word error rate (WER, CTC)</source>
      <extracomment>workbench/data/metrics/texts.py</extracomment>
      <translation>词错误率（WER，CTC）</translation>
    </message>
    <message>
      <source>AUC needs one output or two classes, and labels 0 and 1.</source>
      <extracomment>workbench/data/metrics/thresholds.py</extracomment>
      <translation>AUC 适用于单个输出或两个类别，标签须为 0 和 1。</translation>
    </message>
    <message>
      <source>accuracy at {at:g}</source>
      <extracomment>workbench/data/metrics/thresholds.py</extracomment>
      <translation>准确率（阈值 {at:g}）</translation>
    </message>
    <message>
      <source>accuracy of labels at {at:g}</source>
      <extracomment>workbench/data/metrics/thresholds.py</extracomment>
      <translation>标签准确率（阈值 {at:g}）</translation>
    </message>
    <message>
      <source>agreement of labels at {at:g}</source>
      <extracomment>workbench/data/metrics/thresholds.py</extracomment>
      <translation>标签一致率（阈值 {at:g}）</translation>
    </message>
    <message>
      <source>Choose the output with the logits: [tokens, vocabulary] for each sample.</source>
      <extracomment>workbench/data/metrics/tokens.py</extracomment>
      <translation>请选择 logits 输出：每个样本为 [词元, 词表]。</translation>
    </message>
    <message>
      <source>The outputs {outputs} are not token scores for {labels} tokens (shapes per sample).</source>
      <extracomment>workbench/data/metrics/tokens.py</extracomment>
      <translation>输出 {outputs} 不是 {labels} 个词元的得分（均按每个样本计）。</translation>
    </message>
    <message>
      <source>Token {token} is not among the {vocabulary} that the model scores.</source>
      <extracomment>workbench/data/metrics/tokens.py</extracomment>
      <translation>词元 {token} 不在模型打分的 {vocabulary} 个词元之中。</translation>
    </message>
    <message>
      <source>Use the tokenizer of this model.</source>
      <extracomment>workbench/data/metrics/tokens.py</extracomment>
      <translation>请使用该模型的分词器。</translation>
    </message>
    <message>
      <source>next-token loss</source>
      <extracomment>workbench/data/metrics/tokens.py</extracomment>
      <translation>下一词元损失</translation>
    </message>
    <message>
      <source>perplexity</source>
      <extracomment>workbench/data/metrics/tokens.py</extracomment>
      <translation>困惑度</translation>
    </message>
    <message>
      <source>Choose mse or mae.</source>
      <extracomment>workbench/data/metrics/values.py</extracomment>
      <translation>请选择 mse 或 mae。</translation>
    </message>
    <message>
      <source>R² takes up to {most} values per sample; here there are {count}.</source>
      <extracomment>workbench/data/metrics/values.py</extracomment>
      <translation>R² 最多适用于每个样本 {most} 个值，而这里有 {count} 个。</translation>
    </message>
    <message>
      <source>accuracy</source>
      <extracomment>workbench/data/metrics/values.py</extracomment>
      <translation>准确率</translation>
    </message>
    <message>
      <source>mean absolute error</source>
      <extracomment>workbench/data/metrics/values.py</extracomment>
      <translation>平均绝对误差</translation>
    </message>
    <message>
      <source>mean squared error</source>
      <extracomment>workbench/data/metrics/values.py</extracomment>
      <translation>均方误差</translation>
    </message>
    <message>
      <source>signal to noise against the original</source>
      <extracomment>workbench/data/metrics/values.py</extracomment>
      <translation>相对原模型的信噪比</translation>
    </message>
    <message>
      <source>Arrays that are not used: {names}. Labels are read from '{y}'.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>未使用的数组：{names}。标签从“{y}”读取。</translation>
    </message>
    <message>
      <source>Give at least one.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>请至少提供一个。</translation>
    </message>
    <message>
      <source>Give more samples, or export the model with a dynamic batch size.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>请提供更多样本，或以可变的批大小导出模型。</translation>
    </message>
    <message>
      <source>Preprocessed as {file} says.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>已按 {file} 进行预处理。</translation>
    </message>
    <message>
      <source>Remove these samples.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>请移除这些样本。</translation>
    </message>
    <message>
      <source>Remove {file}, and save the values as the model takes them.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>请删除 {file}，并按模型接受的形式保存数值。</translation>
    </message>
    <message>
      <source>Rules in {file} without effect on data of this kind: {names}. size, crop and class_names are for images in files, tokenizer and length for texts.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>{file} 中对这类数据不起作用的规则：{names}。size、crop 和 class_names 用于图像文件，tokenizer 和 length 用于文本。</translation>
    </message>
    <message>
      <source>Some labels in {path} are NaN or infinite.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>{path} 中有标签为 NaN 或无限大。</translation>
    </message>
    <message>
      <source>{n:,} of {whole:,} samples are used, classes in proportion (seed 0).</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>使用 {whole:,} 个样本中的 {n:,} 个，按类别比例抽取（种子 0）。</translation>
    </message>
    <message>
      <source>{path} has no arrays, or arrays of different lengths: {counts}.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>{path} 没有数组，或数组长度不同：{counts}。</translation>
    </message>
    <message>
      <source>{path} has no samples.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>{path} 没有样本。</translation>
    </message>
    <message>
      <source>{path} has {samples} samples, but the model's batch size is fixed at {at_once}.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>{path} 有 {samples} 个样本，而模型的批大小固定为 {at_once}。</translation>
    </message>
    <message>
      <source>{path}: it is not clear which input the preprocessing is of.</source>
      <extracomment>workbench/data/opening.py</extracomment>
      <translation>{path}：无法确定预处理针对哪个输入。</translation>
    </message>
    <message>
      <source>Each sample is read at once, with an empty key-value cache (prefill): {n} inputs, {first} and others.</source>
      <extracomment>workbench/data/prefill.py</extracomment>
      <translation>每个样本一次读入，键值缓存为空（预填充）：{n} 个输入，{first} 等。</translation>
    </message>
    <message>
      <source>Inputs with the default value that the model has for them: {names}.</source>
      <extracomment>workbench/data/prefill.py</extracomment>
      <translation>采用模型自带默认值的输入：{names}。</translation>
    </message>
    <message>
      <source>The data has no {names}: made for samples without padding (masks 1, positions 0, 1, 2, ...).</source>
      <extracomment>workbench/data/prefill.py</extracomment>
      <translation>数据中没有 {names}：已按无填充的样本生成（掩码为 1，位置为 0、1、2……）。</translation>
    </message>
    <message>
      <source>Below class_names, write a line 'folder: name' for each class.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>请在 class_names 下为每个文件夹写一行“文件夹: 名称”。</translation>
    </message>
    <message>
      <source>Correct it, or remove it.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>请修正或移除它。</translation>
    </message>
    <message>
      <source>Correct it.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>请修正它。</translation>
    </message>
    <message>
      <source>Give one number per class of the data.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>请为数据中的每个类别给出一个编号。</translation>
    </message>
    <message>
      <source>Give one number, or one per channel.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>请给出一个数，或每个通道一个数。</translation>
    </message>
    <message>
      <source>The keys are {keys}.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>可用的键：{keys}。</translation>
    </message>
    <message>
      <source>[height, width], whole numbers up to {largest_side:,}</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation> [height, width]，均为不超过 {largest_side:,} 的整数</translation>
    </message>
    <message>
      <source>a fraction above 0, at most 1</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>大于 0、不超过 1 的小数</translation>
    </message>
    <message>
      <source>a list of distinct class indices</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>互不相同的类别编号列表</translation>
    </message>
    <message>
      <source>a number, or one per channel</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>一个数，或每个通道一个数</translation>
    </message>
    <message>
      <source>a positive number</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>大于零的数</translation>
    </message>
    <message>
      <source>a positive number, or one per channel</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>大于零的数，或每个通道一个数</translation>
    </message>
    <message>
      <source>a whole number up to {largest:,}</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>不超过 {largest:,} 的整数</translation>
    </message>
    <message>
      <source>nchw, nhwc or nhw</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>nchw、nhwc 或 nhw</translation>
    </message>
    <message>
      <source>the name of a file</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>文件名</translation>
    </message>
    <message>
      <source>the preprocessing</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>预处理文件</translation>
    </message>
    <message>
      <source>{file} has unknown keys: {extra}.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{file} 含有未知的键：{extra}。</translation>
    </message>
    <message>
      <source>{file}: class_names is not a mapping from folders to names.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{file}：class_names 不是从文件夹到名称的映射。</translation>
    </message>
    <message>
      <source>{file}: class_order has {n} entries, but the labels are not class indices below that.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{file}：class_order 有 {n} 个编号，但标签不是小于该数的类别编号。</translation>
    </message>
    <message>
      <source>{file}: layout and reverse_channels are of images, but the array '{name}' has shape {shape}.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{file}：layout 和 reverse_channels 仅适用于图像，但数组“{name}”的形状为 {shape}。</translation>
    </message>
    <message>
      <source>{file}: {key} has {size} numbers, but the model takes {wanted}.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{file}：{key} 有 {size} 个数值，但模型需要 {wanted}。</translation>
    </message>
    <message>
      <source>{file}: {key} is {value}; it must be {wanted}.</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{file}：{key} 为 {value}，应为{wanted}。</translation>
    </message>
    <message>
      <source>{n} channels</source>
      <extracomment>workbench/data/preprocessing.py</extracomment>
      <translation>{n} 个通道</translation>
    </message>
    <message>
      <source>Give a function that yields batches.</source>
      <extracomment>workbench/data/readers/function.py</extracomment>
      <translation>请指定一个逐批产生数据的函数。</translation>
    </message>
    <message>
      <source>Give all batches the same arrays, with equal shapes except for the batch axis.</source>
      <extracomment>workbench/data/readers/function.py</extracomment>
      <translation>请让所有批次含有相同的数组，除批次轴外形状一致。</translation>
    </message>
    <message>
      <source>Yield tuples (x, y) or mappings of arrays.</source>
      <extracomment>workbench/data/readers/function.py</extracomment>
      <translation>请给出元组 (x, y) 或数组的映射。</translation>
    </message>
    <message>
      <source>{path} yielded no batches.</source>
      <extracomment>workbench/data/readers/function.py</extracomment>
      <translation>{path} 没有给出批次。</translation>
    </message>
    <message>
      <source>{path} yields batches with different arrays or shapes.</source>
      <extracomment>workbench/data/readers/function.py</extracomment>
      <translation>{path} 给出的批次的数组或形状不一致。</translation>
    </message>
    <message>
      <source>Choose {example}.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请选择 {example}。</translation>
    </message>
    <message>
      <source>Copy the image into the folder instead.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请改为把图像复制到该文件夹。</translation>
    </message>
    <message>
      <source>Copy the images there instead.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请改为把图像复制到那里。</translation>
    </message>
    <message>
      <source>Give an .npy or .npz.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请提供 .npy 或 .npz 文件。</translation>
    </message>
    <message>
      <source>Give an .npz, or set layout: nhwc in {preprocessing}.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请给出 .npz，或在 {preprocessing} 中设置 layout: nhwc。</translation>
    </message>
    <message>
      <source>Give an .npz.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请给出 .npz。</translation>
    </message>
    <message>
      <source>Make it smaller.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请将其缩小。</translation>
    </message>
    <message>
      <source>Put the images into one folder per class.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请按类别把图像放入各自的文件夹。</translation>
    </message>
    <message>
      <source>Remove it.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请移除它。</translation>
    </message>
    <message>
      <source>Remove or replace it.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请移除或替换它。</translation>
    </message>
    <message>
      <source>Set a smaller size in {preprocessing}.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请在 {preprocessing} 中设置较小的尺寸。</translation>
    </message>
    <message>
      <source>The folders in {folder} are no classes: the class folders are in {names}.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder} 中的文件夹不是类别：类别文件夹位于 {names} 中。</translation>
    </message>
    <message>
      <source>The image size for {folder} is not known.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder} 的图像大小未知。</translation>
    </message>
    <message>
      <source>Write size: [height, width] in {preprocessing}.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>请在 {preprocessing} 中写 size: [height, width]。</translation>
    </message>
    <message>
      <source>reading the images</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>正在读取图片</translation>
    </message>
    <message>
      <source>{file} cannot be read.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>无法读取 {file}。</translation>
    </message>
    <message>
      <source>{file} has more than {most_pixels:,} pixels.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{file} 超过 {most_pixels:,} 个像素。</translation>
    </message>
    <message>
      <source>{file} is a link to a file outside the folder.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{file} 是指向文件夹之外的链接。</translation>
    </message>
    <message>
      <source>{file} is an image, but the model takes none.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{file} 是图片，但该模型不接受图片。</translation>
    </message>
    <message>
      <source>{file} is not a file.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{file} 不是文件。</translation>
    </message>
    <message>
      <source>{file} is not a readable image (PNG, JPEG, BMP or WebP).</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{file} 不是可读的图像（PNG、JPEG、BMP 或 WebP）。</translation>
    </message>
    <message>
      <source>{folder} has no class folders with images (PNG, JPEG, BMP or WebP).</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder} 中没有包含图像（PNG、JPEG、BMP 或 WebP）的类别文件夹。</translation>
    </message>
    <message>
      <source>{folder} is a folder of images, but the model takes {channels} channels.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder} 是图像文件夹，而模型需要 {channels} 个通道。</translation>
    </message>
    <message>
      <source>{folder} is a folder of images, but the model's input is not a single image.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder} 是图像文件夹，但模型的输入不是单张图像。</translation>
    </message>
    <message>
      <source>{folder} is a link to a place outside the folder.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder} 是指向该文件夹之外的链接。</translation>
    </message>
    <message>
      <source>{folder}: a batch of images of {height} x {width} needs {needed} of memory, more than is available.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>{folder}：一批 {height} x {width} 的图像需要 {needed} 内存，超过可用内存。</translation>
    </message>
    <message>
      <source>{n} images were skipped, such as {file}: only PNG, JPEG, BMP and WebP files in class folders are read.</source>
      <extracomment>workbench/data/readers/images.py</extracomment>
      <translation>有 {n} 张图像未读取，例如 {file}：只读取类别文件夹中的 PNG、JPEG、BMP 和 WebP 文件。</translation>
    </message>
    <message>
      <source>Give an .npz, .npy, .csv, .jsonl, .txt or .parquet file, a folder of class folders, or file.py:function.</source>
      <extracomment>workbench/data/readers/kinds.py</extracomment>
      <translation>请提供 .npz、.npy、.csv、.jsonl、.txt 或 .parquet 文件、按类别分文件夹的文件夹，或 file.py:function。</translation>
    </message>
    <message>
      <source>Report it to its author, or save the data as .npz.</source>
      <extracomment>workbench/data/readers/kinds.py</extracomment>
      <translation>请告知其作者，或把数据保存为 .npz。</translation>
    </message>
    <message>
      <source>{path} is not a data set.</source>
      <extracomment>workbench/data/readers/kinds.py</extracomment>
      <translation>{path} 不是数据集。</translation>
    </message>
    <message>
      <source>{path}: the reader {reader} returns {odd} with neither numbers nor strings.</source>
      <extracomment>workbench/data/readers/kinds.py</extracomment>
      <translation>{path}：读取器 {reader} 给出的 {odd} 既不是数也不是文本。</translation>
    </message>
    <message>
      <source>Check the file and its permissions.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>请检查文件及其权限。</translation>
    </message>
    <message>
      <source>Save it as text in UTF-8, one sample per line.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>请以 UTF-8 文本保存，每行一个样本。</translation>
    </message>
    <message>
      <source>Save the samples as .npy or .npz: such files are read batch by batch.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>请将样本保存为 .npy 或 .npz：这类文件会逐批读取。</translation>
    </message>
    <message>
      <source>{path} cannot be read.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>无法读取 {path}。</translation>
    </message>
    <message>
      <source>{path} has {size} of text, more than is supported.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>{path} 含有 {size} 文本，超过读取上限。</translation>
    </message>
    <message>
      <source>{path} is not a file.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>{path} 不是文件。</translation>
    </message>
    <message>
      <source>{path}: line {number} is longer than {longest}.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>{path}：第 {number} 行超过 {longest}。</translation>
    </message>
    <message>
      <source>{path}: line {number} is not text in UTF-8.</source>
      <extracomment>workbench/data/readers/lines.py</extracomment>
      <translation>{path}：第 {number} 行不是 UTF-8 文本。</translation>
    </message>
    <message>
      <source>Save it with numpy.save: an array of numbers, the samples along its first axis.</source>
      <extracomment>workbench/data/readers/npy_file.py</extracomment>
      <translation>请用 numpy.save 保存：数值数组，样本沿第一个轴排列。</translation>
    </message>
    <message>
      <source>{file} holds pickled objects, which are not loaded (the array '{name}').</source>
      <extracomment>workbench/data/readers/npy_file.py</extracomment>
      <translation>{file} 含有 pickle 对象，不会加载（数组“{name}”）。</translation>
    </message>
    <message>
      <source>{file} is not a readable .npy file.</source>
      <extracomment>workbench/data/readers/npy_file.py</extracomment>
      <translation>{file} 不是可读取的 .npy 文件。</translation>
    </message>
    <message>
      <source>{file}: the array '{name}' contains neither numbers nor strings.</source>
      <extracomment>workbench/data/readers/npy_file.py</extracomment>
      <translation>{file}：数组“{name}”不是数或文本。</translation>
    </message>
    <message>
      <source>{file}: the array '{name}' has an unsupported type.</source>
      <extracomment>workbench/data/readers/npy_file.py</extracomment>
      <translation>{file}：数组“{name}”不是普通类型。</translation>
    </message>
    <message>
      <source>Save fewer samples, or save them with numpy.savez, which does not compress.</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>请少存一些样本，或用不压缩的 numpy.savez 保存。</translation>
    </message>
    <message>
      <source>Save it with numpy.savez: arrays named after the model's inputs, or x, and labels y.</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>请用 numpy.savez 保存：数组以模型输入命名或命名为 x，标签命名为 y。</translation>
    </message>
    <message>
      <source>the sizes in the header and in the archive differ</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>文件头与归档中的大小不一致</translation>
    </message>
    <message>
      <source>{file} holds no arrays.</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>{file} 不含数组。</translation>
    </message>
    <message>
      <source>{file} is not a readable .npz archive.</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>{file} 不是可读的 .npz 归档。</translation>
    </message>
    <message>
      <source>{file} would decompress from {packed} to {unpacked}, far more than real data does.</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>{file} 解压后从 {packed} 变为 {unpacked}；真实数据不会压缩得这么小。</translation>
    </message>
    <message>
      <source>{file}: the array '{name}' uses a compression that numpy does not write.</source>
      <extracomment>workbench/data/readers/npz_file.py</extracomment>
      <translation>{file}：数组“{name}”的压缩方式不是 numpy 使用的。</translation>
    </message>
    <message>
      <source>Give numbers in all columns but that of the labels, with commas, semicolons or tabs between them; the first line may name them.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>除标签列外，所有列都应为数字，以逗号、分号或制表符分隔；第一行可以是列名。</translation>
    </message>
    <message>
      <source>Install it (pip install pyarrow), or save the data as .npz.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>请安装它（pip install pyarrow），或将数据保存为 .npz。</translation>
    </message>
    <message>
      <source>Rename or remove one of them.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>请重命名或删除其中一列。</translation>
    </message>
    <message>
      <source>Save columns of numbers, or of lists of numbers with equal lengths.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>请保存数值列，或等长数值列表的列。</translation>
    </message>
    <message>
      <source>{path} has no columns but the labels.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path} 除标签外没有其他列。</translation>
    </message>
    <message>
      <source>{path} has {n:,} columns, more than are supported.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path} 有 {n:,} 列，超过读取上限。</translation>
    </message>
    <message>
      <source>{path} is a Parquet file, and pyarrow is not installed.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path} 是 Parquet 文件，但未安装 pyarrow。</translation>
    </message>
    <message>
      <source>{path} is empty.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path} 是空的。</translation>
    </message>
    <message>
      <source>{path} is not a Parquet file of numbers.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path} 不是数值 Parquet 文件。</translation>
    </message>
    <message>
      <source>{path} is not a table with commas between its columns.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path} 不是以逗号分隔列的表格。</translation>
    </message>
    <message>
      <source>{path}: line {number} has an empty cell.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path}：第 {number} 行有空单元格。</translation>
    </message>
    <message>
      <source>{path}: line {number} has text among its numbers.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path}：第 {number} 行的数值中混有文本。</translation>
    </message>
    <message>
      <source>{path}: line {number} has {n} columns, the first has {width}.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path}：第 {number} 行有 {n} 列，而第一行有 {width} 列。</translation>
    </message>
    <message>
      <source>{path}: several columns are called '{name}'.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path}：有多列名为“{name}”。</translation>
    </message>
    <message>
      <source>{path}: the column {name} does not hold numbers.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path}：列 {name} 不是数值。</translation>
    </message>
    <message>
      <source>{path}: the columns '{first}' and '{second}' may both be labels.</source>
      <extracomment>workbench/data/readers/tables.py</extracomment>
      <translation>{path}：列“{first}”和“{second}”都可能是标签。</translation>
    </message>
    <message>
      <source>Copy the tokenizer beside the data.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请将分词器复制到数据旁。</translation>
    </message>
    <message>
      <source>Give a longer text, or set a shorter length in the preprocessing.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请提供更长的文本，或在预处理中设置更短的长度。</translation>
    </message>
    <message>
      <source>Give a tokenizer.json.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请提供 tokenizer.json。</translation>
    </message>
    <message>
      <source>Give numbers instead.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请改为提供数值。</translation>
    </message>
    <message>
      <source>Give one JSON object per line: lists of numbers by the names of the model's inputs (or x, or a text), and y.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请每行给出一个 JSON 对象：以模型输入名称（或 x、text）为键的数值列表，以及 y。</translation>
    </message>
    <message>
      <source>Install it (pip install tokenizers), or save token IDs.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请安装它（pip install tokenizers），或保存词元编号。</translation>
    </message>
    <message>
      <source>Put the model's tokenizer.json beside it, or name one in {path}.preprocessing.yaml (tokenizer: FILE).</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>请将模型的 tokenizer.json 放在旁边，或在 {path}.preprocessing.yaml 中指定（tokenizer: FILE）。</translation>
    </message>
    <message>
      <source>{file} is not a tokenizer.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{file} 不是分词器。</translation>
    </message>
    <message>
      <source>{path} has labels that differ in more than their length.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path} 的标签除长度外还有其他差异。</translation>
    </message>
    <message>
      <source>{path} has samples that differ in more than their length.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path} 的样本除长度外还有其他差异。</translation>
    </message>
    <message>
      <source>{path} has {n} tokens, fewer than one sample of {length}.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path} 有 {n} 个词元，不足一个长度为 {length} 的样本。</translation>
    </message>
    <message>
      <source>{path} holds text, and the package tokenizers is not installed.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path} 包含文本，但未安装 tokenizers 包。</translation>
    </message>
    <message>
      <source>{path} holds text, and there is no tokenizer.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path} 包含文本，但没有分词器。</translation>
    </message>
    <message>
      <source>{path} holds text, but no input of the model takes token IDs.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path} 包含文本，但模型没有接受词元编号的输入。</translation>
    </message>
    <message>
      <source>{path}: line {number} has different keys from the first.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path}：第 {number} 行的键与第一行不同。</translation>
    </message>
    <message>
      <source>{path}: line {number} is not JSON.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path}：第 {number} 行不是 JSON。</translation>
    </message>
    <message>
      <source>{path}: line {number} is not an object.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path}：第 {number} 行不是对象。</translation>
    </message>
    <message>
      <source>{path}: line {number}: '{name}' is neither a number, a text, nor lists of numbers.</source>
      <extracomment>workbench/data/readers/texts.py</extracomment>
      <translation>{path}：第 {number} 行：“{name}”既不是数值、文本，也不是数值列表。</translation>
    </message>
    <message>
      <source>It keeps its smaller shape, because the other layers were trained with it.</source>
      <extracomment>workbench/engine/analysis/attribution.py</extracomment>
      <translation>它保持较小的形状：其他各层是与它一起训练的。</translation>
    </message>
    <message>
      <source>Select samples whose prediction changed, with a recipe that has steps.</source>
      <extracomment>workbench/engine/analysis/attribution.py</extracomment>
      <translation>请在含有步骤的配方下选择预测改变的样本。</translation>
    </message>
    <message>
      <source>There is nothing to attribute: no sample is selected, or no layer is compressed.</source>
      <extracomment>workbench/engine/analysis/attribution.py</extracomment>
      <translation>没有可归因的内容：未选择样本，或没有层被压缩。</translation>
    </message>
    <message>
      <source>reverting layers cumulatively</source>
      <extracomment>workbench/engine/analysis/attribution.py</extracomment>
      <translation>一并还原各层</translation>
    </message>
    <message>
      <source>reverting layers one by one</source>
      <extracomment>workbench/engine/analysis/attribution.py</extracomment>
      <translation>逐层还原</translation>
    </message>
    <message>
      <source>Compare models of the same task.</source>
      <extracomment>workbench/engine/analysis/compare.py</extracomment>
      <translation>请比较同一任务的模型。</translation>
    </message>
    <message>
      <source>The outputs differ in shape: {shape} and {shape_b}.</source>
      <extracomment>workbench/engine/analysis/compare.py</extracomment>
      <translation>输出的形状不同：{shape} 和 {shape_b}。</translation>
    </message>
    <message>
      <source>comparing</source>
      <extracomment>workbench/engine/analysis/compare.py</extracomment>
      <translation>正在比较</translation>
    </message>
    <message>
      <source>{path} has no output '{answer}'.</source>
      <extracomment>workbench/engine/analysis/compare.py</extracomment>
      <translation>{path} 没有输出“{answer}”。</translation>
    </message>
    <message>
      <source>Give at least two samples.</source>
      <extracomment>workbench/engine/analysis/corruptions.py</extracomment>
      <translation>请至少提供两个样本。</translation>
    </message>
    <message>
      <source>Inputs are images, numbers, or tokens.</source>
      <extracomment>workbench/engine/analysis/corruptions.py</extracomment>
      <translation>输入应为图像、数值或词元。</translation>
    </message>
    <message>
      <source>No corruption suits these inputs.</source>
      <extracomment>workbench/engine/analysis/corruptions.py</extracomment>
      <translation>没有适合这些输入的损坏方式。</translation>
    </message>
    <message>
      <source>Numbers and tokens are corrupted by the spread and the values of other samples.</source>
      <extracomment>workbench/engine/analysis/corruptions.py</extracomment>
      <translation>数值和词元的损坏取自其他样本的标准差和取值。</translation>
    </message>
    <message>
      <source>Class folders are numbered in alphabetical order, as the attached data name no classes.</source>
      <extracomment>workbench/engine/analysis/elsewhere.py</extracomment>
      <translation>类别文件夹按字母顺序编号，因为已附加的数据未给出类别名称。</translation>
    </message>
    <message>
      <source>Give data with labels of the same kind.</source>
      <extracomment>workbench/engine/analysis/elsewhere.py</extracomment>
      <translation>请提供具有同类标签的数据。</translation>
    </message>
    <message>
      <source>Rename them, or map them to the model's classes in {file} (class_order).</source>
      <extracomment>workbench/engine/analysis/elsewhere.py</extracomment>
      <translation>请重命名这些文件夹，或在 {file} 中用 class_order 指定其对应的模型类别。</translation>
    </message>
    <message>
      <source>opening {name}</source>
      <extracomment>workbench/engine/analysis/elsewhere.py</extracomment>
      <translation>正在打开 {name}</translation>
    </message>
    <message>
      <source>{name} has class folders that the attached data do not have: {unknown}.</source>
      <extracomment>workbench/engine/analysis/elsewhere.py</extracomment>
      <translation>{name} 中有已附加的数据所没有的类别文件夹：{unknown}。</translation>
    </message>
    <message>
      <source>{name} is measured in {there}, the attached data in {here}: they cannot be compared.</source>
      <extracomment>workbench/engine/analysis/elsewhere.py</extracomment>
      <translation>{name} 以{there}测量，已加载的数据以{here}测量：二者无法比较。</translation>
    </message>
    <message>
      <source>Export it without them.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>请导出不含这些输入的模型。</translation>
    </message>
    <message>
      <source>Give one of 1 to {most} tokens.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>请给出 1 到 {most} 个词元的提示。</translation>
    </message>
    <message>
      <source>Open a language model.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>请打开语言模型。</translation>
    </message>
    <message>
      <source>Open a model that predicts the next token.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>请打开能预测下一个词元的模型。</translation>
    </message>
    <message>
      <source>Put the model's tokenizer.json beside it.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>请把该模型的 tokenizer.json 放在它旁边。</translation>
    </message>
    <message>
      <source>The first output of this model has no scores for each token.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>该模型的第一个输出不含每个词元的分数。</translation>
    </message>
    <message>
      <source>The model has inputs that a text does not provide: {names}.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>该模型有文本无法给出的输入：{names}。</translation>
    </message>
    <message>
      <source>The prompt has {n} tokens.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>提示有 {n} 个词元。</translation>
    </message>
    <message>
      <source>There is no tokenizer for {path}.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>{path} 没有分词器。</translation>
    </message>
    <message>
      <source>This model reads no tokens, so it generates no text.</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>该模型不读取词元，因此不生成文本。</translation>
    </message>
    <message>
      <source>generating</source>
      <extracomment>workbench/engine/analysis/generation.py</extracomment>
      <translation>正在生成</translation>
    </message>
    <message>
      <source>comparing the layers</source>
      <extracomment>workbench/engine/analysis/model_diff.py</extracomment>
      <translation>正在比较各层</translation>
    </message>
    <message>
      <source>measuring corrupted samples</source>
      <extracomment>workbench/engine/analysis/robustness.py</extracomment>
      <translation>正在测量受损样本</translation>
    </message>
    <message>
      <source>trying the candidates</source>
      <extracomment>workbench/engine/analysis/scan_trials.py</extracomment>
      <translation>正在尝试候选</translation>
    </message>
    <message>
      <source>trying {path}</source>
      <extracomment>workbench/engine/analysis/scan_trials.py</extracomment>
      <translation>正在尝试 {path}</translation>
    </message>
    <message>
      <source>Channels are removed layer by layer, not block by block.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>通道按层移除，不按块移除。</translation>
    </message>
    <message>
      <source>Choose other layers.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>请选择其他层。</translation>
    </message>
    <message>
      <source>Not measured: {left:,} of {total:,} candidates.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>未实测：{total:,} 个候选中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>Not predicted: {left:,} of {total:,} candidates.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>未预测：{total:,} 个候选中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>Open another model.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>请打开另一个模型。</translation>
    </message>
    <message>
      <source>Scan its layers.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>请扫描其各层。</translation>
    </message>
    <message>
      <source>predicting candidates</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>正在预测各候选的损失</translation>
    </message>
    <message>
      <source>{path} has no blocks in a row, each with one output that is all the next ones depend on.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>{path} 没有依次相连、且后续部分只由其单一输出决定的块。</translation>
    </message>
    <message>
      <source>{path} has no editable layer.</source>
      <extracomment>workbench/engine/analysis/sensitivity.py</extracomment>
      <translation>{path} 没有可编辑的层。</translation>
    </message>
    <message>
      <source>'{layers}' matches no layer of the model.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>“{layers}”不匹配模型的任何层。</translation>
    </message>
    <message>
      <source>A drop of {value:g} cannot be allowed.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>不能允许 {value:g} 的下降。</translation>
    </message>
    <message>
      <source>Choose another method.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请选择其他方法。</translation>
    </message>
    <message>
      <source>Choose other layers, or another method.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请选择其他层或其他方法。</translation>
    </message>
    <message>
      <source>Give a layer's path, or a glob.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请给出层路径或通配符。</translation>
    </message>
    <message>
      <source>Give a number of folds from 1 to the number of samples.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请给出从 1 到样本数的折数。</translation>
    </message>
    <message>
      <source>Give a tolerance from 0, such as 0.01.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请给出不小于 0 的容许值，例如 0.01。</translation>
    </message>
    <message>
      <source>Give the values for the sweep.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请给出扫描的取值。</translation>
    </message>
    <message>
      <source>Give whole numbers.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>请给出整数。</translation>
    </message>
    <message>
      <source>Not measured: {left:,} of {total:,} values.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>未实测：{total:,} 个取值中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>The numeric parameters are: {numbers}.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>可用的数值参数：{numbers}。</translation>
    </message>
    <message>
      <source>{field} cannot be {value:g}: it is a whole number.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{field} 不能为 {value:g}：它必须是整数。</translation>
    </message>
    <message>
      <source>{field} has no upper bound.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{field} 没有最大值。</translation>
    </message>
    <message>
      <source>{method} has no numeric parameter '{name}'.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{method} 没有数值参数“{name}”。</translation>
    </message>
    <message>
      <source>{method} has no numeric parameter to sweep.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{method} 没有可扫描的数值参数。</translation>
    </message>
    <message>
      <source>{method}, {field} {value:g}</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{method}，{field} {value:g}</translation>
    </message>
    <message>
      <source>{path}: {reason}</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{path}：{reason}</translation>
    </message>
    <message>
      <source>{samples} samples cannot be split into {folds} folds.</source>
      <extracomment>workbench/engine/analysis/sweep.py</extracomment>
      <translation>{samples} 个样本不能分成 {folds} 折。</translation>
    </message>
    <message>
      <source>Choose another name or folder.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>请选择其他名称或文件夹。</translation>
    </message>
    <message>
      <source>Choose another name.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>请另选名称。</translation>
    </message>
    <message>
      <source>Give data, or remove the stages from the recipe.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>请给出数据，或从配方中去掉这些阶段。</translation>
    </message>
    <message>
      <source>Give data, or use steps that need none (`workbench methods` lists them).</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>请给出数据，或使用不需要数据的步骤（见 workbench methods）。</translation>
    </message>
    <message>
      <source>Latency, load time and memory were not measured, as asked.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>按要求未测量延迟、加载时间和内存。</translation>
    </message>
    <message>
      <source>Load time and memory were not measured: {why}</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>未测量加载时间和内存：{why}</translation>
    </message>
    <message>
      <source>The recovery stage {kind} needs data, but none was given.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>精度恢复阶段 {kind} 需要数据，但未给出。</translation>
    </message>
    <message>
      <source>The report could not be written.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>无法写入报告。</translation>
    </message>
    <message>
      <source>a fresh process may need {needed:.1f} GB</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>全新进程可能需要 {needed:.1f} GB</translation>
    </message>
    <message>
      <source>against labels</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>对照标签</translation>
    </message>
    <message>
      <source>against {against}</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>对照{against}</translation>
    </message>
    <message>
      <source>no data: not measured</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>没有数据：未测量</translation>
    </message>
    <message>
      <source>writing the file</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>正在写入文件</translation>
    </message>
    <message>
      <source>writing the report</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>正在写入报告</translation>
    </message>
    <message>
      <source>{method} on {path} needs data, but none was given.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>{path} 上的 {method} 需要数据，但未给出。</translation>
    </message>
    <message>
      <source>{n:,} samples of {path}, {against}; calibration: {calibration_words}</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>{path} 的 {n:,} 个样本，{against}；校准：{calibration_words}</translation>
    </message>
    <message>
      <source>{name} is not a valid file name: {problem}.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>{name} 不是有效的文件名：{problem}。</translation>
    </message>
    <message>
      <source>{target} is the open model and cannot be overwritten.</source>
      <extracomment>workbench/engine/api/export.py</extracomment>
      <translation>{target} 是当前打开的模型，不能覆盖。</translation>
    </message>
    <message>
      <source>Its activations are floats: only the ONNX file uses integer arithmetic.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>其激活值为浮点数：整数运算仅存在于 ONNX 文件中。</translation>
    </message>
    <message>
      <source>Its metric, measured on {n:,} samples: {metric} {value}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>在该文件中用 {n:,} 个样本测得：{metric} {value}。</translation>
    </message>
    <message>
      <source>No file was kept. Export again, and report this recipe.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>未保留任何文件。请重新导出，并报告此配方。</translation>
    </message>
    <message>
      <source>No file was kept. Export as ONNX only, and report it to the author of the format.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>未写出任何文件；请只导出为 ONNX，并告知该格式的作者。</translation>
    </message>
    <message>
      <source>Report it to its author.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>请告知其作者。</translation>
    </message>
    <message>
      <source>Sizes that torch could only export as fixed: {words}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>torch 只能以固定大小导出的尺寸：{words}。</translation>
    </message>
    <message>
      <source>The forecast of {forecast:,} bytes is of the same weights in a packed file; the written file has {written:,} bytes, because its format stores names, graph or numbers otherwise.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>预估的 {forecast:,} 字节是同样的权重存为压缩格式文件的大小；写出的文件为 {written:,} 字节，因为其格式以不同方式存储名称、计算图或数值。</translation>
    </message>
    <message>
      <source>The format {format} cannot open the file it wrote.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>格式 {format} 无法打开它写出的文件。</translation>
    </message>
    <message>
      <source>The format {format} wrote no file {name}: {reason}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>格式 {format} 没有写出文件 {name}：{reason}。</translation>
    </message>
    <message>
      <source>The formats are: {known}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>可用的格式：{known}。</translation>
    </message>
    <message>
      <source>The weight {name} in {file} is not the one that was written.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{file} 中的权重 {name} 与写入的不同。</translation>
    </message>
    <message>
      <source>The {format} file does not match the ONNX file: the relative difference of its outputs is {difference:.3g}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{format} 文件与 ONNX 文件不一致：其输出的相对差异为 {difference:.3g}。</translation>
    </message>
    <message>
      <source>There is no format '{wanted}' to write.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>没有可写出的格式“{wanted}”。</translation>
    </message>
    <message>
      <source>{name} ({size:,} bytes) holds the compressed weights as floats. It was reopened and run; the relative difference of its outputs to the preview's with the same weights is {difference:.2g}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{name}（{size:,} 字节）以浮点数保存压缩后的权重。已重新打开并运行；其输出与使用相同权重的预览的相对差异为 {difference:.2g}。</translation>
    </message>
    <message>
      <source>{name} ({size:,} bytes) was reopened and decoded; the relative difference of its weights' products with synthetic inputs to the preview's is {difference:.2g}</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{name}（{size:,} 字节）已重新打开并解码；其权重与合成输入的乘积和预览的相对差异为 {difference:.2g}</translation>
    </message>
    <message>
      <source>{name} ({size:,} bytes) was reopened and run; the relative difference of its outputs to the ONNX file's is {difference:.2g}.</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{name}（{size:,} 字节）已重新打开并运行；其输出与 ONNX 文件输出的相对差异为 {difference:.2g}。</translation>
    </message>
    <message>
      <source>{name} ({size:,} bytes) was reopened; its {n} tensors are equal to the preview's</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{name}（{size:,} 字节）已重新打开；其中 {n} 个张量与预览相同</translation>
    </message>
    <message>
      <source>{name} was reopened but not run: no suitable inputs were found</source>
      <extracomment>workbench/engine/api/other_formats.py</extracomment>
      <translation>{name} 已重新打开，但未运行：未找到它接受的输入</translation>
    </message>
    <message>
      <source>Decoding holds {held:,.0f} MB beside the weights when the file is loaded (by their shapes), and the process may keep that. It keeps about as much as with the original up to {room:,.0f} MB: 'storage: auto' and 'sparse: off' hold less.</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>加载文件时，解码除权重外还占用 {held:,.0f} MB（按形状计算），进程可能一直保留。不超过 {room:,.0f} MB 时，进程保留的内存与原模型大致相同：'storage: auto' 和 'sparse: off' 占用更少。</translation>
    </message>
    <message>
      <source>Entropy coding was skipped for {n} weights: the saving is not worth the time and memory of decoding at load time. 'codes: on' in the recipe's export options applies it anyway.</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>{n} 个权重未采用熵编码：节省的大小不值得加载时所用的时间和内存。在配方的导出选项中设 'codes: on' 即可采用。</translation>
    </message>
    <message>
      <source>as fast as before</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>速度与之前相同</translation>
    </message>
    <message>
      <source>{changes}: {speed} (one sample, measured).</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>{changes}：{speed}（单个样本，实测）。</translation>
    </message>
    <message>
      <source>{n} weights are entropy-coded and decoded at load time: about {seconds:.2g} s on one core and {memory:,.0f} MB at the peak, which the process may keep (predicted); no cost at inference.</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>{n} 个权重采用熵编码，加载文件时解码：单核约 {seconds:.2g} 秒，峰值 {memory:,.0f} MB，进程可能一直占用（预测）；推理时无开销。</translation>
    </message>
    <message>
      <source>{x:.2g}x faster</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>速度提高到 {x:.2g} 倍</translation>
    </message>
    <message>
      <source>{x:.2g}x fewer MACs</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>MAC 减少到 1/{x:.2g}</translation>
    </message>
    <message>
      <source>{x:.2g}x larger</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>增大到 {x:.2g} 倍</translation>
    </message>
    <message>
      <source>{x:.2g}x more MACs</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>MAC 增加到 {x:.2g} 倍</translation>
    </message>
    <message>
      <source>{x:.2g}x slower</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>耗时增加到 {x:.2g} 倍</translation>
    </message>
    <message>
      <source>{x:.2g}x smaller</source>
      <extracomment>workbench/engine/api/report_notes.py</extracomment>
      <translation>缩小到 1/{x:.2g}</translation>
    </message>
    <message>
      <source>Reinstall the program.</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>请重新安装本程序。</translation>
    </message>
    <message>
      <source>The report template {file} cannot be used: it refers to {names}, which is not defined.</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>报告模板 {file} 无法使用：它引用了未定义的 {names}。</translation>
    </message>
    <message>
      <source>The report template {file} cannot be used: {why}.</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>报告模板 {file} 无法使用：{why}。</translation>
    </message>
    <message>
      <source>loads in {after} s instead of {before} s</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>加载需 {after} s（原为 {before} s）</translation>
    </message>
    <message>
      <source>takes {after} of memory instead of {before}</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>占用内存 {after}（原为 {before}）</translation>
    </message>
    <message>
      <source>{metric} {value} points</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>{metric} {value} 个百分点</translation>
    </message>
    <message>
      <source>{metric} {value} points ({low} to {high})</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>{metric} {value} 个百分点（{low} 至 {high}）</translation>
    </message>
    <message>
      <source>{percent} slower</source>
      <extracomment>workbench/engine/api/report_page.py</extracomment>
      <translation>慢 {percent}</translation>
    </message>
    <message>
      <source>Close other programs, or use less data.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>请关闭其他程序，或使用更少的数据。</translation>
    </message>
    <message>
      <source>Internal error: {kind}: {error}.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>内部出错：{kind}：{error}。</translation>
    </message>
    <message>
      <source>Restore the earlier file and measure again, or open the new one.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>请放回之前的文件并重新测量，或打开新文件。</translation>
    </message>
    <message>
      <source>The engine has no model open.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>引擎未打开任何模型。</translation>
    </message>
    <message>
      <source>The model is unaffected; see the log for details.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>模型未受影响；详情见日志。</translation>
    </message>
    <message>
      <source>There is not enough memory.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>内存不足。</translation>
    </message>
    <message>
      <source>Use Run &gt; Restart engine, or open another model.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>请使用“运行 &gt; 重启引擎”，或打开其他模型。</translation>
    </message>
    <message>
      <source>predicting</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>正在预测</translation>
    </message>
    <message>
      <source>reading the weights</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>正在读取权重</translation>
    </message>
    <message>
      <source>{path} now contains a different model from the one that was opened.</source>
      <extracomment>workbench/engine/api/service.py</extracomment>
      <translation>{path} 中的模型与之前打开的不同。</translation>
    </message>
    <message>
      <source>No data: not measured, and the file was not run: {why}</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>没有数据：未测量，也未运行该文件：{why}</translation>
    </message>
    <message>
      <source>No data: not measured. The written file was run on synthetic inputs; its outputs differ from the preview's by at most {largest:.2g}</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>没有数据：未测量。已在合成输入上运行写出的文件；其输出与预览最多相差 {largest:.2g}</translation>
    </message>
    <message>
      <source>No file was kept. Export with 'sparse: off', and report this recipe.</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>未写出任何文件；请用“sparse: off”导出，并报告此配方。</translation>
    </message>
    <message>
      <source>Not verified: the written file was not run, as asked.</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>未验证：按要求未运行写出的文件。</translation>
    </message>
    <message>
      <source>Not verified: {random} makes the outputs random, so that two runs differ.</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>未验证：{random} 使输出随机，因此两次运行的结果不同。</translation>
    </message>
    <message>
      <source>The written file does not match the preview: on synthetic inputs the relative difference of its outputs is {difference:.3g}.</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>写出的文件与预览不一致：在合成输入上，其输出的相对差异为 {difference:.3g}。</translation>
    </message>
    <message>
      <source>The written file does not match the preview: outputs differ by {largest:.3g} at a scale of {scale:.3g}.</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>写出的文件与预览不一致：输出相差 {largest:.3g}（量级 {scale:.3g}）。</translation>
    </message>
    <message>
      <source>verifying the file</source>
      <extracomment>workbench/engine/api/verification.py</extracomment>
      <translation>正在验证文件</translation>
    </message>
    <message>
      <source>{n:,} inputs of the evaluation data, without labels (no calibration data was given)</source>
      <extracomment>workbench/engine/base/batches.py</extracomment>
      <translation>评估数据的 {n:,} 个输入，不含标签（未提供校准数据）</translation>
    </message>
    <message>
      <source>{n:,} samples of {calibration}</source>
      <extracomment>workbench/engine/base/batches.py</extracomment>
      <translation>{calibration} 的 {n:,} 个样本</translation>
    </message>
    <message>
      <source>The original is not clearly better than always predicting the most frequent class ({metric} {value} against {most}). Usual causes: the scale, mean and std, layout or channel order of the inputs; the order of the classes; labels that belong to other samples. `workbench data` finds out which.</source>
      <extracomment>workbench/engine/base/chance.py</extracomment>
      <translation>原始模型并不明显优于对每个样本都回答最常见类别（{metric} {value}，后者 {most}）。常见原因：输入的缩放、均值与标准差、布局或通道顺序；类别顺序；标签属于其他样本。`workbench data` 可测出是哪一种。</translation>
    </message>
    <message>
      <source>Stays float32 in the file: a compressed form with its decoder would not be smaller.</source>
      <extracomment>workbench/engine/base/changes.py</extracomment>
      <translation>在文件中仍为 float32：压缩形式加上其解码器不会更小。</translation>
    </message>
    <message>
      <source>The factors hold {parameters:,} weights, and the layer had {size:,}.</source>
      <extracomment>workbench/engine/base/changes.py</extracomment>
      <translation>各因子共有 {parameters:,} 个权重，而该层原有 {size:,} 个。</translation>
    </message>
    <message>
      <source>The overhead (scales, decoders, index lists) is larger than the saving.</source>
      <extracomment>workbench/engine/base/changes.py</extracomment>
      <translation>额外开销（缩放系数、解码器、索引列表）大于节省的字节。</translation>
    </message>
    <message>
      <source>The step changes the values, but not how they are stored.</source>
      <extracomment>workbench/engine/base/changes.py</extracomment>
      <translation>该步骤改变数值，但不改变其存储方式。</translation>
    </message>
    <message>
      <source>With only {zeros:.1%} zeros, dense storage is smaller than sparse storage.</source>
      <extracomment>workbench/engine/base/changes.py</extracomment>
      <translation>零只占 {zeros:.1%}，稠密存储比稀疏存储更小。</translation>
    </message>
    <message>
      <source>A change is verified by running the model, but no input shape was found that the model accepts.</source>
      <extracomment>workbench/engine/base/differentiable.py</extracomment>
      <translation>改动须通过运行模型来验证，但未找到模型接受的输入形状。</translation>
    </message>
    <message>
      <source>Attach a data set.</source>
      <extracomment>workbench/engine/base/differentiable.py</extracomment>
      <translation>请附上数据集。</translation>
    </message>
    <message>
      <source>Check the model and the preprocessing of the data.</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>请检查模型，以及数据是如何为它准备的。</translation>
    </message>
    <message>
      <source>Measure another output, or export the model without what selects or drops values.</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>请测量其他输出，或在导出模型时去掉选取或丢弃数值的部分。</translation>
    </message>
    <message>
      <source>Name the classes in the model's order, or omit the names.</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>请按模型的顺序给出类别名称，或省略名称。</translation>
    </message>
    <message>
      <source>The data has {n} class names, but the model has {shape} classes.</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>数据给出了 {n} 个类别名称，但模型有 {shape} 个类别。</translation>
    </message>
    <message>
      <source>The model's output{named} is not a number (NaN) for {unknown:,} of {samples:,} samples.</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>模型的输出{named} 在 {samples:,} 个样本中的 {unknown:,} 个上不是数（NaN）。</translation>
    </message>
    <message>
      <source>The output '{name}' has no fixed shape: {shape} for {n} samples.</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>输出“{name}”没有固定形状：{n} 个样本得到 {shape}。</translation>
    </message>
    <message>
      <source>measuring the original</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>正在测量原始模型</translation>
    </message>
    <message>
      <source>running the teacher</source>
      <extracomment>workbench/engine/base/evaluate.py</extracomment>
      <translation>正在计算教师模型的输出</translation>
    </message>
    <message>
      <source>'{name}' ({why})</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>“{name}”（{why}）</translation>
    </message>
    <message>
      <source>Export it with tensors as outputs (for scikit-learn: options={'zipmap': False}).</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>请以张量作为输出导出（scikit-learn：options={'zipmap': False}）。</translation>
    </message>
    <message>
      <source>Export the model with outputs whose first axis is the batch.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>请导出第一轴为批次的输出。</translation>
    </message>
    <message>
      <source>No output of the model has one result per sample: {left}.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>模型没有按样本给出结果的输出：{left}。</translation>
    </message>
    <message>
      <source>Not measured: {others}.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>未测量：{others}。</translation>
    </message>
    <message>
      <source>The few values of '{name}' are measured as numbers, by their squared error. If they are class scores, choose the metric agreement.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>'{name}' 的少数几个值按数值测量，指标为平方误差。如果它们是类别得分，请选择指标 agreement。</translation>
    </message>
    <message>
      <source>The measured output is '{answer}' ({more}).</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>测量的输出为“{answer}”，{more}。</translation>
    </message>
    <message>
      <source>The measured output is '{answer}'.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>测量的输出为“{answer}”。</translation>
    </message>
    <message>
      <source>The model reads {n:,} samples together; they stay in their order.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>模型把 {n:,} 个样本作为一个整体读入；样本保持原有顺序。</translation>
    </message>
    <message>
      <source>The model's only outputs are {left}, which cannot be measured.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>模型只给出 {left}，无法测量。</translation>
    </message>
    <message>
      <source>The output '{name}' cannot be measured: {why}.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>无法测量输出“{name}”：{why}。</translation>
    </message>
    <message>
      <source>The outputs are: {known}.</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>可用的输出：{known}。</translation>
    </message>
    <message>
      <source>a map</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>映射</translation>
    </message>
    <message>
      <source>a sequence</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>序列</translation>
    </message>
    <message>
      <source>a sequence of maps</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>映射的序列</translation>
    </message>
    <message>
      <source>a sparse tensor</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>稀疏张量</translation>
    </message>
    <message>
      <source>does not fit the labels</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>与标签不匹配</translation>
    </message>
    <message>
      <source>has no batch axis</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>没有批次轴</translation>
    </message>
    <message>
      <source>its shape depends on the sample</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>其形状取决于样本</translation>
    </message>
    <message>
      <source>no layer changes it</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>没有层会改变它</translation>
    </message>
    <message>
      <source>not a number (NaN)</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>不是数（NaN）</translation>
    </message>
    <message>
      <source>one whole value per sample, without a batch axis</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>每个样本一个整体值，没有批次轴</translation>
    </message>
    <message>
      <source>optional</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>可选值</translation>
    </message>
    <message>
      <source>samples along axis {axis}</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>样本沿第 {axis} 轴</translation>
    </message>
    <message>
      <source>the model has no such output</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>模型没有此输出</translation>
    </message>
    <message>
      <source>{dtype} of {shape} per sample</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>每个样本 {dtype}（{shape}）</translation>
    </message>
    <message>
      <source>{n} entries per sample</source>
      <extracomment>workbench/engine/base/measured.py</extracomment>
      <translation>每个样本 {n} 项</translation>
    </message>
    <message>
      <source>Axis {axis} of the output cannot be that of the samples: for {few} samples its shape is {shape}.</source>
      <extracomment>workbench/engine/base/probe.py</extracomment>
      <translation>输出的第 {axis} 轴不可能是样本轴：{few} 个样本时其形状为 {shape}。</translation>
    </message>
    <message>
      <source>Export it with a dynamic batch size, or with an input of batch size 1.</source>
      <extracomment>workbench/engine/base/probe.py</extracomment>
      <translation>请以可变的批次大小导出，或以批次大小为 1 的输入导出。</translation>
    </message>
    <message>
      <source>Give another axis, or none: it is found by running the model.</source>
      <extracomment>workbench/engine/base/probe.py</extracomment>
      <translation>请指定其他轴，或不指定：运行模型即可找出。</translation>
    </message>
    <message>
      <source>The model runs on one sample but not on a batch: a batch size is fixed inside it.</source>
      <extracomment>workbench/engine/base/probe.py</extracomment>
      <translation>模型能运行一个样本，但不能一次运行多个：其内部固定了批次大小。</translation>
    </message>
    <message>
      <source>Give that batch.</source>
      <extracomment>workbench/engine/bench/feeding.py</extracomment>
      <translation>请使用该批大小。</translation>
    </message>
    <message>
      <source>The model takes {fixed} samples at a time, not {batch}.</source>
      <extracomment>workbench/engine/bench/feeding.py</extracomment>
      <translation>模型每次接受 {fixed} 个样本，而不是 {batch} 个。</translation>
    </message>
    <message>
      <source>measuring latency</source>
      <extracomment>workbench/engine/bench/latency.py</extracomment>
      <translation>正在测量延迟</translation>
    </message>
    <message>
      <source>Measure again.</source>
      <extracomment>workbench/engine/bench/loading.py</extracomment>
      <translation>请重新测量。</translation>
    </message>
    <message>
      <source>The file cannot be loaded in a fresh process: {said}.</source>
      <extracomment>workbench/engine/bench/loading.py</extracomment>
      <translation>无法在新进程中载入该文件：{said}。</translation>
    </message>
    <message>
      <source>measuring load time and memory</source>
      <extracomment>workbench/engine/bench/loading.py</extracomment>
      <translation>正在测量加载时间和内存</translation>
    </message>
    <message>
      <source>no reason was given</source>
      <extracomment>workbench/engine/bench/loading.py</extracomment>
      <translation>未给出原因</translation>
    </message>
    <message>
      <source>Energy is not known: this system has no readable counter, and the target states no figures.</source>
      <extracomment>workbench/engine/bench/profile.py</extracomment>
      <translation>能耗未知：此系统没有可读取的计数器，目标设备也没有给出数据。</translation>
    </message>
    <message>
      <source>measuring the energy</source>
      <extracomment>workbench/engine/bench/profile.py</extracomment>
      <translation>正在测量能耗</translation>
    </message>
    <message>
      <source>profiling the layers</source>
      <extracomment>workbench/engine/bench/profile.py</extracomment>
      <translation>正在逐层分析</translation>
    </message>
    <message>
      <source>Cannot read {path}: {reason}.</source>
      <extracomment>workbench/engine/bench/timing.py</extracomment>
      <translation>无法读取 {path}：{reason}。</translation>
    </message>
    <message>
      <source>Open the model again.</source>
      <extracomment>workbench/engine/bench/timing.py</extracomment>
      <translation>请重新打开模型。</translation>
    </message>
    <message>
      <source>compressing the compressed model with zip</source>
      <extracomment>workbench/engine/bench/timing.py</extracomment>
      <translation>正在压缩压缩后的模型</translation>
    </message>
    <message>
      <source>compressing the original with zip</source>
      <extracomment>workbench/engine/bench/timing.py</extracomment>
      <translation>正在压缩原文件</translation>
    </message>
    <message>
      <source>Give a data set.</source>
      <extracomment>workbench/engine/calibration/gradients.py</extracomment>
      <translation>请提供数据集。</translation>
    </message>
    <message>
      <source>The model's output has no gradients: it is a class or a decision, not a score.</source>
      <extracomment>workbench/engine/calibration/gradients.py</extracomment>
      <translation>模型的输出没有梯度：它是预测类别，不是分数。</translation>
    </message>
    <message>
      <source>There are no calibration samples.</source>
      <extracomment>workbench/engine/calibration/gradients.py</extracomment>
      <translation>没有校准样本。</translation>
    </message>
    <message>
      <source>Use methods that need no gradients, or export the model with its scores as an output.</source>
      <extracomment>workbench/engine/calibration/gradients.py</extracomment>
      <translation>请使用不需要梯度的方法，或在导出模型时把分数作为输出。</translation>
    </message>
    <message>
      <source>computing gradients</source>
      <extracomment>workbench/engine/calibration/gradients.py</extracomment>
      <translation>正在计算梯度</translation>
    </message>
    <message>
      <source>Choose a method that needs no data.</source>
      <extracomment>workbench/engine/calibration/im2col.py</extracomment>
      <translation>请选择不需要数据的方法。</translation>
    </message>
    <message>
      <source>{path} is a {op}; its inputs cannot be used for calibration.</source>
      <extracomment>workbench/engine/calibration/im2col.py</extracomment>
      <translation>{path} 是 {op}；其输入不能用于校准。</translation>
    </message>
    <message>
      <source>Check the data, or choose a method that needs no gradients.</source>
      <extracomment>workbench/engine/calibration/layer_context.py</extracomment>
      <translation>请检查数据，或选择不需要梯度的方法。</translation>
    </message>
    <message>
      <source>Choose a method that needs none.</source>
      <extracomment>workbench/engine/calibration/layer_context.py</extracomment>
      <translation>请选择不需要它的方法。</translation>
    </message>
    <message>
      <source>Give data, or use methods that need none.</source>
      <extracomment>workbench/engine/calibration/layer_context.py</extracomment>
      <translation>请给出数据，或使用不需要数据的方法。</translation>
    </message>
    <message>
      <source>{path}: no gradients reach this layer.</source>
      <extracomment>workbench/engine/calibration/layer_context.py</extracomment>
      <translation>{path}：没有梯度到达此层。</translation>
    </message>
    <message>
      <source>{path}: the gradients of its weights are NaN or infinite.</source>
      <extracomment>workbench/engine/calibration/layer_context.py</extracomment>
      <translation>{path}：其权重的梯度为 NaN 或无限大。</translation>
    </message>
    <message>
      <source>{path}: this method needs data, but none was given.</source>
      <extracomment>workbench/engine/calibration/layer_context.py</extracomment>
      <translation>{path}：此方法需要数据，但未提供。</translation>
    </message>
    <message>
      <source>Check the data and the weights of the layers before it.</source>
      <extracomment>workbench/engine/calibration/taps.py</extracomment>
      <translation>请检查数据和它之前各层的权重。</translation>
    </message>
    <message>
      <source>collecting activations</source>
      <extracomment>workbench/engine/calibration/taps.py</extracomment>
      <translation>正在收集激活值</translation>
    </message>
    <message>
      <source>{name}: some values on the calibration samples are NaN or infinite.</source>
      <extracomment>workbench/engine/calibration/taps.py</extracomment>
      <translation>{name}：在校准样本上有 NaN 或无限大的值。</translation>
    </message>
    <message>
      <source>Give all the same step.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>请为它们设置相同的步骤。</translation>
    </message>
    <message>
      <source>Give more calibration samples, or choose a smaller kernel.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>请提供更多校准样本，或选择较小的卷积核。</translation>
    </message>
    <message>
      <source>Replace one of them.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>请只替换其中一个。</translation>
    </message>
    <message>
      <source>The steps on layers of {module} specify different students.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>{module} 各层的步骤指定了不同的学生。</translation>
    </message>
    <message>
      <source>fitting students</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>正在拟合学生</translation>
    </message>
    <message>
      <source>it has more weights than the block had</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>权重比原来的块还多</translation>
    </message>
    <message>
      <source>removed with {module}</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>随 {module} 一起移除</translation>
    </message>
    <message>
      <source>removed with {module}, which {keeper} replaces</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>随 {module} 一起移除，由 {keeper} 代替</translation>
    </message>
    <message>
      <source>replaces {module}</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>代替 {module}</translation>
    </message>
    <message>
      <source>response error {share} on held-out samples</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>在留出样本上的响应误差为 {share}</translation>
    </message>
    <message>
      <source>response error {share} on the fitting samples</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>在拟合样本上的响应误差为 {share}</translation>
    </message>
    <message>
      <source>running the blocks</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>正在运行各块</translation>
    </message>
    <message>
      <source>{module} and {other} cannot both be replaced: they share layers.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>{module} 和 {other} 不能同时被替换：它们有共同的层。</translation>
    </message>
    <message>
      <source>{module}: a student needs calibration samples.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>{module}：学生需要校准样本。</translation>
    </message>
    <message>
      <source>{module}: {rows:,} input rows are too few to fit a student with {n:,} columns.</source>
      <extracomment>workbench/engine/compile/blocks.py</extracomment>
      <translation>{module}：{rows:,} 行输入对于有 {n:,} 列的学生来说太少。</translation>
    </message>
    <message>
      <source>Biases, parameters of norms and other small tensors are rounded to {bits} bits with a scale, scales of weights to 16 bits.</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>偏置、归一化参数和其他小张量舍入为 {bits} 位并带缩放系数，权重的缩放系数舍入为 16 位。</translation>
    </message>
    <message>
      <source>Convolutions, MatMul, Gemm, embeddings and recurrent operators with stored weights can.</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>权重已存储的卷积、MatMul、Gemm、嵌入和循环算子可以编辑。</translation>
    </message>
    <message>
      <source>Remove one of the two steps.</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>请去掉这两个步骤之一。</translation>
    </message>
    <message>
      <source>The model has no layers that can be edited.</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>模型没有可编辑的层。</translation>
    </message>
    <message>
      <source>This step needs the network, but the file holds only weights: open it with its architecture.</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>此步骤需要网络，而该文件只有权重：请连同其网络结构一起打开。</translation>
    </message>
    <message>
      <source>This step quantises activations, but the file holds only weights: open it with its architecture.</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>此步骤会量化激活，而该文件只有权重：请连同其网络结构一起打开。</translation>
    </message>
    <message>
      <source>editing {path}</source>
      <extracomment>workbench/engine/compile/compiler.py</extracomment>
      <translation>正在编辑 {path}</translation>
    </message>
    <message>
      <source>{step} cannot follow a factorisation: {whole} defined for whole layers only.</source>
      <extracomment>workbench/engine/compile/conflicts.py</extracomment>
      <translation>{step} 不能排在分解之后：{whole}只对整层有定义。</translation>
    </message>
    <message>
      <source>{step} changes the error that {correction} compensates: put {correction} after it.</source>
      <extracomment>workbench/engine/compile/conflicts.py</extracomment>
      <translation>{step} 会改变 {correction} 所补偿的误差：请将 {correction} 放在其后。</translation>
    </message>
    <message>
      <source>{step} would lose the zeros of {zeros}: put {zeros} after it to prune the factors.</source>
      <extracomment>workbench/engine/compile/conflicts.py</extracomment>
      <translation>{step} 会失去 {zeros} 的零：请将 {zeros} 放在其后，以便对因子剪枝。</translation>
    </message>
    <message>
      <source>{step} would quantise again what {levels} has already quantised.</source>
      <extracomment>workbench/engine/compile/conflicts.py</extracomment>
      <translation>{step} 会对 {levels} 已量化的内容再次量化。</translation>
    </message>
    <message>
      <source>{step} would undo the integer computation set up by {compute}.</source>
      <extracomment>workbench/engine/compile/conflicts.py</extracomment>
      <translation>{step} 会撤销 {compute} 设定的整数计算。</translation>
    </message>
    <message>
      <source>Choose other layers for channel removal, and report this model.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>请从其他层移除通道，并报告此模型。</translation>
    </message>
    <message>
      <source>Choose other layers for channel removal.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>请从其他层移除通道。</translation>
    </message>
    <message>
      <source>Remove the rescaling step, and report this model.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>请移除重新缩放的步骤，并报告此模型。</translation>
    </message>
    <message>
      <source>Removing these channels changes the model's outputs in an unexpected way.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>移除这些通道后，模型的输出发生了意外的改变。</translation>
    </message>
    <message>
      <source>Replace other blocks.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>请替换其他块。</translation>
    </message>
    <message>
      <source>Rescaling the channels changes the model's outputs.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>重新缩放通道改变了模型的输出。</translation>
    </message>
    <message>
      <source>With these students the model does not run: it contains a fixed size that could not be adapted.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>使用这些学生时模型无法运行：其中有一个固定的尺寸无法调整。</translation>
    </message>
    <message>
      <source>With these students the model's output shape changes.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>使用这些学生时，模型输出的形状改变。</translation>
    </message>
    <message>
      <source>Without these channels {where} does not run: it contains a fixed size that could not be adapted.</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>去掉这些通道后 {where} 无法运行：其中有一个固定的尺寸无法调整。</translation>
    </message>
    <message>
      <source>a normalization now averages over fewer channels; the result could not be compared with a reference</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>归一化现在对较少的通道求均值；没有可供比较的结果</translation>
    </message>
    <message>
      <source>the model</source>
      <extracomment>workbench/engine/compile/equivalence.py</extracomment>
      <translation>模型</translation>
    </message>
    <message>
      <source>The target {name} is not installed, so nothing was checked against it.</source>
      <extracomment>workbench/engine/compile/for_target.py</extracomment>
      <translation>目标设备 {name} 未安装，因此没有按它检查。</translation>
    </message>
    <message>
      <source>as the recipe asks</source>
      <extracomment>workbench/engine/compile/kernels.py</extracomment>
      <translation>按配方要求</translation>
    </message>
    <message>
      <source>lighter and, at batch {batch}, not slower than floats, by rule</source>
      <extracomment>workbench/engine/compile/kernels.py</extracomment>
      <translation>按规则：占内存更少，批大小为 {batch} 时不慢于浮点</translation>
    </message>
    <message>
      <source>{n} layers keep their weights packed in memory ({why}): ONNX Runtime multiplies them with activations rounded to 8 bits, which the figures include.</source>
      <extracomment>workbench/engine/compile/kernels.py</extracomment>
      <translation>{n} 层的权重以打包形式驻留内存（{why}）：ONNX Runtime 用舍入到 8 位的激活值与其相乘，各项数字已包含这一影响。</translation>
    </message>
    <message>
      <source>{path}, packed in memory: outliers take the range of its input's 8-bit levels, of which only {kept:.0f} dB are left. Store it to be decoded at loading ('storage: smallest').</source>
      <extracomment>workbench/engine/compile/kernels.py</extracomment>
      <translation>{path}（以打包形式驻留内存）：离群值占用了其输入的 8 位量化范围，只剩 {kept:.0f} dB。请改为加载时解码存储（'storage: smallest'）。</translation>
    </message>
    <message>
      <source>Choose other layers or methods.</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>请选择其他层或方法。</translation>
    </message>
    <message>
      <source>The measured output '{name}' does not depend on {layers}: the metric does not tell what their edits do. These outputs depend on them: {others}.</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>所测量的输出 '{name}' 不取决于 {layers}：该指标无法反映对这些层的编辑。取决于它们的输出：{others}。</translation>
    </message>
    <message>
      <source>The recipe changes nothing.</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>此配方未改变任何内容。</translation>
    </message>
    <message>
      <source>is unchanged</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>保持不变</translation>
    </message>
    <message>
      <source>{n} layers ({names}): each {subject}: {reason}</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>{n} 层（{names}）均{subject}：{reason}</translation>
    </message>
    <message>
      <source>{n} layers ({names}): each {subject}; {path}: {reason}</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>{n} 层（{names}）均{subject}；{path}：{reason}</translation>
    </message>
    <message>
      <source>{path} {subject}: {reason}</source>
      <extracomment>workbench/engine/compile/left_out.py</extracomment>
      <translation>{path} {subject}：{reason}</translation>
    </message>
    <message>
      <source>Choose another layer, or another method for it.</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>请选择其他层，或为它选择其他方法。</translation>
    </message>
    <message>
      <source>Give data, or keep the statistics.</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>请给出数据，或保持统计量不变。</translation>
    </message>
    <message>
      <source>Re-estimating statistics needs data, but none was given.</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>重新估计统计量需要数据，但未给出数据。</translation>
    </message>
    <message>
      <source>no channels removed</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>未移除通道</translation>
    </message>
    <message>
      <source>{asked} are coupled: they are pruned together, once, by {action}</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>{asked} 相互耦合：由 {action} 一次剪枝</translation>
    </message>
    <message>
      <source>{before} -&gt; {n} channels</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>{before} -&gt; {n} 个通道</translation>
    </message>
    <message>
      <source>{before} -&gt; {n} channels, coupled with {others}</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>{before} -&gt; {n} 个通道，与 {others} 耦合</translation>
    </message>
    <message>
      <source>{before} -&gt; {n} inputs, because of {asked}</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>输入 {before} -&gt; {n}，因为 {asked}</translation>
    </message>
    <message>
      <source>{path} stays unpruned: {subject}</source>
      <extracomment>workbench/engine/compile/removal.py</extracomment>
      <translation>{path} 未剪枝：{subject}</translation>
    </message>
    <message>
      <source>channels multiplied by {lowest:.2g} to {highest:.2g}</source>
      <extracomment>workbench/engine/compile/rescale.py</extracomment>
      <translation>通道乘以 {lowest:.2g} 到 {highest:.2g}</translation>
    </message>
    <message>
      <source>inputs compensate {sources}</source>
      <extracomment>workbench/engine/compile/rescale.py</extracomment>
      <translation>输入补偿 {sources}</translation>
    </message>
    <message>
      <source>the ranges are equal already</source>
      <extracomment>workbench/engine/compile/rescale.py</extracomment>
      <translation>范围已经相等</translation>
    </message>
    <message>
      <source>'{name}': {dtype} of {shape} per sample, values {low:.4g} to {high:.4g}.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>“{name}”：每个样本为 {dtype}，形状 {shape}，数值 {low:.4g} 到 {high:.4g}。</translation>
    </message>
    <message>
      <source>About chance ({metric} {value}), and no order of the classes helps: the labels are probably of other samples (shuffled), or the inputs are not what the model was trained on.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>接近随机水平（{metric} {value}），且任何类别顺序都无改善：标签可能属于其他样本（被打乱），或输入与模型训练时不同。</translation>
    </message>
    <message>
      <source>About chance ({metric} {value}): the model answers nearly the same for all samples. The inputs are probably not what it was trained on (scale, mean and std, crop), and no reading that was tried helps.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>接近随机水平（{metric} {value}）：模型对所有样本的回答几乎相同。输入可能与训练时不同（缩放、均值与标准差、裁剪），已尝试的读取方式均无改善。</translation>
    </message>
    <message>
      <source>As the data is read now, {metric} is {before}, and {value} {title}.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>按现在的读取方式，{metric} 为 {before}；{title}时为 {value}。</translation>
    </message>
    <message>
      <source>The data does not fit as it is read now: {why} With another reading ({title}), {metric} is {value}.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>按现在的读取方式，数据不匹配：{why} 换一种读取方式（{title}），{metric} 为 {value}。</translation>
    </message>
    <message>
      <source>The labels are class indices {low} to {high}.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>标签为类别编号 {low} 到 {high}。</translation>
    </message>
    <message>
      <source>The labels are one-hot rows of {n} classes, read as class indices.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>标签为 {n} 个类别的独热行，作为类别编号使用。</translation>
    </message>
    <message>
      <source>The labels have type {dtype} and shape {shape} per sample.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>标签的类型为 {dtype}，每个样本的形状为 {shape}。</translation>
    </message>
    <message>
      <source>The labels run from {first}, so the lowest one is read as the first class.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>标签从 {first} 开始，因此最小的标签读作第一个类别。</translation>
    </message>
    <message>
      <source>The model gets '{name}': {shape}, values {low:.4g} to {high:.4g}, mean {mean:.4g}, std {std:.4g}.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>模型得到“{name}”：{shape}，数值 {low:.4g} 到 {high:.4g}，均值 {mean:.4g}，标准差 {std:.4g}。</translation>
    </message>
    <message>
      <source>The order of the classes was found on half of the samples; on the others {metric} is {value} with it.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>类别顺序由一半样本求得；在另一半样本上，{metric} 为 {value}。</translation>
    </message>
    <message>
      <source>There are no labels, so the ways of reading the data cannot be compared.</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>没有标签，因此无法比较各种读取方式。</translation>
    </message>
    <message>
      <source>trying scales</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>正在尝试缩放方式</translation>
    </message>
    <message>
      <source>with the classes in another order</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>采用另一种类别顺序</translation>
    </message>
    <message>
      <source>with the classes numbered from {first}</source>
      <extracomment>workbench/engine/data_check/check.py</extracomment>
      <translation>类别从 {first} 开始编号</translation>
    </message>
    <message>
      <source>as it is read now</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>现在的读取方式</translation>
    </message>
    <message>
      <source>divided by 255</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>除以 255</translation>
    </message>
    <message>
      <source>in the layout of the file</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>按文件中的布局</translation>
    </message>
    <message>
      <source>multiplied by 255</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>乘以 255</translation>
    </message>
    <message>
      <source>normalised with mean and std of ImageNet</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>用 ImageNet 的均值与标准差归一化</translation>
    </message>
    <message>
      <source>read as {layout}</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>按 {layout} 读取</translation>
    </message>
    <message>
      <source>scaled from -1..1 to 0..1</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>由 -1..1 缩放到 0..1</translation>
    </message>
    <message>
      <source>scaled from -1..1 to 0..255</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>由 -1..1 缩放到 0..255</translation>
    </message>
    <message>
      <source>scaled to -1..1</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>缩放到 -1..1</translation>
    </message>
    <message>
      <source>standardised with mean and std of these samples</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>用这些样本的均值与标准差标准化</translation>
    </message>
    <message>
      <source>with an axis of channels added</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>补上通道轴</translation>
    </message>
    <message>
      <source>with mean and std of ImageNet undone</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>还原 ImageNet 的均值与标准差</translation>
    </message>
    <message>
      <source>with red and blue exchanged (RGB and BGR)</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>红蓝通道互换（RGB 与 BGR）</translation>
    </message>
    <message>
      <source>without scaling</source>
      <extracomment>workbench/engine/data_check/guesses.py</extracomment>
      <translation>不缩放</translation>
    </message>
    <message>
      <source>Audio at {rate:,} Hz, {n:,} values; not resampled.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>声音：{rate:,} Hz，{n:,} 个值；未重采样。</translation>
    </message>
    <message>
      <source>Compute its features and give them as .npy.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>请计算其特征并以 .npy 提供。</translation>
    </message>
    <message>
      <source>Cropped or zero-padded to {n:,} values.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>已截断或用零补足至 {n:,} 个值。</translation>
    </message>
    <message>
      <source>Give a .png, .jpg, .bmp, .webp, .wav, .npy or .npz file.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>请提供 .png、.jpg、.bmp、.webp、.wav、.npy 或 .npz 文件。</translation>
    </message>
    <message>
      <source>Give an .npz with an array for each input.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>请提供 .npz 文件，其中每个输入对应一个数组。</translation>
    </message>
    <message>
      <source>Save it as 16-bit PCM.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>请另存为 16 位 PCM。</translation>
    </message>
    <message>
      <source>{path} is an audio file, but the model's input '{name}' takes no waveform.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>{path} 是声音，但模型的输入“{name}”不接受波形。</translation>
    </message>
    <message>
      <source>{path} is neither an image, an audio file nor an array.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>{path} 不是图片、声音或数组。</translation>
    </message>
    <message>
      <source>{path} is not a WAV file with 8-, 16-, 24- or 32-bit integers.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>{path} 不是 8、16、24 或 32 位整数的 WAV 文件。</translation>
    </message>
    <message>
      <source>{path} is one input, but the model takes {count}.</source>
      <extracomment>workbench/engine/data_check/one_sample.py</extracomment>
      <translation>{path} 只是一个输入，但该模型需要 {count} 个。</translation>
    </message>
    <message>
      <source>Change the recipe.</source>
      <extracomment>workbench/engine/data_check/own_sample.py</extracomment>
      <translation>请修改配方。</translation>
    </message>
    <message>
      <source>No data is attached: pixels are divided by 255.</source>
      <extracomment>workbench/engine/data_check/own_sample.py</extracomment>
      <translation>未附加数据：像素值除以 255。</translation>
    </message>
    <message>
      <source>Preprocessed as the attached data.</source>
      <extracomment>workbench/engine/data_check/own_sample.py</extracomment>
      <translation>按所附数据的方式预处理。</translation>
    </message>
    <message>
      <source>The outputs of both models have different shapes.</source>
      <extracomment>workbench/engine/data_check/own_sample.py</extracomment>
      <translation>两个模型的输出形状不同。</translation>
    </message>
    <message>
      <source>Values of this sample are {least:.3g} to {most:.3g}, those of the data {low:.3g} to {high:.3g}.</source>
      <extracomment>workbench/engine/data_check/own_sample.py</extracomment>
      <translation>该样本的值为 {least:.3g} 至 {most:.3g}，数据的值为 {low:.3g} 至 {high:.3g}。</translation>
    </message>
    <message>
      <source>Choose another layer.</source>
      <extracomment>workbench/engine/inspection/activation_stats.py</extracomment>
      <translation>请选择其他层。</translation>
    </message>
    <message>
      <source>Open a data set.</source>
      <extracomment>workbench/engine/inspection/activation_stats.py</extracomment>
      <translation>请打开数据集。</translation>
    </message>
    <message>
      <source>{path} is not in the compressed model: it was replaced.</source>
      <extracomment>workbench/engine/inspection/activation_stats.py</extracomment>
      <translation>压缩后的模型中没有 {path}：它已被替换。</translation>
    </message>
    <message>
      <source>Channels are numbered from 0; there are {n}.</source>
      <extracomment>workbench/engine/inspection/layer_pictures.py</extracomment>
      <translation>通道从 0 开始编号；共有 {n} 个。</translation>
    </message>
    <message>
      <source>outputs × whitened inputs = {rows} × {columns}</source>
      <extracomment>workbench/engine/inspection/layer_pictures.py</extracomment>
      <translation>输出 × 白化后的输入 = {rows} × {columns}</translation>
    </message>
    <message>
      <source>{path}: there is no output channel {number}.</source>
      <extracomment>workbench/engine/inspection/layer_pictures.py</extracomment>
      <translation>{path} 没有输出通道 {number}。</translation>
    </message>
    <message>
      <source>No student has the output shape of {module}.</source>
      <extracomment>workbench/engine/inspection/method_insight.py</extracomment>
      <translation>{module} 输出的形状没有学生可以实现。</translation>
    </message>
    <message>
      <source>floating-point activations: faster</source>
      <extracomment>workbench/engine/integers/faster.py</extracomment>
      <translation>浮点激活：更快</translation>
    </message>
    <message>
      <source>the next layer</source>
      <extracomment>workbench/engine/integers/faster.py</extracomment>
      <translation>下一层</translation>
    </message>
    <message>
      <source>timing 8-bit activations</source>
      <extracomment>workbench/engine/integers/faster.py</extracomment>
      <translation>正在测量 8 位激活的用时</translation>
    </message>
    <message>
      <source>{n} layers ({paths}) keep floating-point activations, which is faster here: a run at batch {batch} takes {chosen:.3g} ms, and {asked:.3g} ms with 8-bit activations in all layers (measured). Operators behind them: {behind}. 'integers: all' in the recipe's export quantises them for other devices.</source>
      <extracomment>workbench/engine/integers/faster.py</extracomment>
      <translation>{n} 个层（{paths}）保留浮点激活，因为在本机上更快：批大小为 {batch} 时一次运行用时 {chosen:.3g} ms，而所有层都使用 8 位激活时为 {asked:.3g} ms（实测）。其后的算子：{behind}。若面向其他设备，可在配方的 export 中设置 'integers: all' 对其量化。</translation>
    </message>
    <message>
      <source>The model as given depends on ONNX Runtime's graph optimisation: without it, its outputs differ by {moved:.0%}, and {decisions:.0%} of the predictions, {where}. All figures are with optimisation, the default.</source>
      <extracomment>workbench/engine/integers/foreign.py</extracomment>
      <translation>该模型本身的输出取决于 ONNX Runtime 的图优化：关闭优化后，输出相差 {moved:.0%}，{decisions:.0%} 的预测不同（{where}）。所有数值均在开启优化（默认）时得出。</translation>
    </message>
    <message>
      <source>on random inputs</source>
      <extracomment>workbench/engine/integers/foreign.py</extracomment>
      <translation>基于随机输入</translation>
    </message>
    <message>
      <source>on {count} samples</source>
      <extracomment>workbench/engine/integers/foreign.py</extracomment>
      <translation>在 {count} 个样本上</translation>
    </message>
    <message>
      <source>Choose another method for them.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>请在那里选择其他方法。</translation>
    </message>
    <message>
      <source>Choose methods without 8-bit activations, or export the model again.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>请选择不使用 8 位激活值的方法，或重新导出模型。</translation>
    </message>
    <message>
      <source>Not verified: with graph optimisation off, ONNX Runtime gives different outputs for this file: they differ by {moved:.0%}, and {decisions:.0%} of the predictions, {where}. Quantising other layers does not help; run the file with the default optimisation, which is how it was measured.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>未通过验证：关闭图优化后，ONNX Runtime 对此文件给出不同的输出：{where}，输出相差 {moved:.0%}，{decisions:.0%} 的预测不同。无论选择哪些层使用 8 位量化级别都无法改变；请以默认优化运行该文件，测量时也是如此。</translation>
    </message>
    <message>
      <source>ONNX Runtime gives different outputs for this model with graph optimisation on and off, even without any steps.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>即使没有任何步骤，开启与关闭图优化时 ONNX Runtime 对此模型给出的输出也不同。</translation>
    </message>
    <message>
      <source>With these steps ONNX Runtime cannot run the exported model, because of {layers}.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>使用这些步骤时，由于 {layers}，ONNX Runtime 无法运行导出的模型。</translation>
    </message>
    <message>
      <source>has no quantised output</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>输出未量化</translation>
    </message>
    <message>
      <source>keeps floating-point activations</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>激活值保持浮点</translation>
    </message>
    <message>
      <source>on synthetic inputs</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>在合成输入上</translation>
    </message>
    <message>
      <source>{n} layers ({paths}): each</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>{n} 层（{paths}）均</translation>
    </message>
    <message>
      <source>{who} has no quantised output: an If, Loop or Scan reads it.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>{who} 的输出没有量化级别：If、Loop 或 Scan 在内部读取它。</translation>
    </message>
    <message>
      <source>{who} {subject}: with 8-bit activations ONNX Runtime computes the operators after it ({behind}) incorrectly.</source>
      <extracomment>workbench/engine/integers/settle.py</extracomment>
      <translation>{who} {subject}：使用 8 位激活值时，ONNX Runtime 会算错其后的算子（{behind}）。</translation>
    </message>
    <message>
      <source>View its weights as a matrix.</source>
      <extracomment>workbench/engine/layer_figures/images.py</extracomment>
      <translation>请把其权重看作矩阵。</translation>
    </message>
    <message>
      <source>{path} has no kernels to draw.</source>
      <extracomment>workbench/engine/layer_figures/images.py</extracomment>
      <translation>{path} 没有可绘制的卷积核。</translation>
    </message>
    <message>
      <source>Mean and deviation</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>均值与标准差</translation>
    </message>
    <message>
      <source>The histogram</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>直方图</translation>
    </message>
    <message>
      <source>The magnitudes</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>幅值</translation>
    </message>
    <message>
      <source>The outliers</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>离群值</translation>
    </message>
    <message>
      <source>The rest of the panel still works; see the log for details.</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>该层的其他功能仍可使用；详情见日志。</translation>
    </message>
    <message>
      <source>The singular values</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>奇异值</translation>
    </message>
    <message>
      <source>gates · hidden  ×  inputs</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>门 · 隐藏  ×  输入</translation>
    </message>
    <message>
      <source>inputs per group</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>每组输入</translation>
    </message>
    <message>
      <source>outputs  ×  inputs</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>输出  ×  输入</translation>
    </message>
    <message>
      <source>outputs  ×  {inputs} · {kernel}</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>输出  ×  {inputs} · {kernel}</translation>
    </message>
    <message>
      <source>the largest {n} computed, the others extrapolated</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>最大的 {n} 个经计算得到，其余为估计</translation>
    </message>
    <message>
      <source>{figure} of {layer} cannot be computed from its weights.</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>无法由 {layer} 的权重计算{figure}。</translation>
    </message>
    <message>
      <source>{unfolding} = {rows} × {columns}</source>
      <extracomment>workbench/engine/layer_figures/stats.py</extracomment>
      <translation>{unfolding} = {rows} × {columns}</translation>
    </message>
    <message>
      <source>The samples take {needed}, more than the {room} that are sent to another process.</source>
      <extracomment>workbench/engine/parallel/cargo.py</extracomment>
      <translation>样本占用 {needed}，超过发送到其他进程的上限 {room}。</translation>
    </message>
    <message>
      <source>This data and its metric cannot be sent to another process.</source>
      <extracomment>workbench/engine/parallel/cargo.py</extracomment>
      <translation>此数据及其指标无法发送到其他进程。</translation>
    </message>
    <message>
      <source>Use fewer samples, or one process.</source>
      <extracomment>workbench/engine/parallel/cargo.py</extracomment>
      <translation>请减少样本，或只用一个进程。</translation>
    </message>
    <message>
      <source>Use one process.</source>
      <extracomment>workbench/engine/parallel/cargo.py</extracomment>
      <translation>请只用一个进程。</translation>
    </message>
    <message>
      <source>Check the address, and that the scheduler runs.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>请检查地址，并确认调度器正在运行。</translation>
    </message>
    <message>
      <source>Dask is not installed.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>未安装 Dask。</translation>
    </message>
    <message>
      <source>Install it: pip install 'compression-workbench[cluster]'.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>请安装：pip install 'compression-workbench[cluster]'。</translation>
    </message>
    <message>
      <source>Install the same version there.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>请在那里安装相同版本。</translation>
    </message>
    <message>
      <source>Install the same versions of this program, of ONNX Runtime and of the extensions there.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>请在那里安装相同版本的本程序、ONNX Runtime 和扩展。</translation>
    </message>
    <message>
      <source>No Dask scheduler answers at {address}.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{address} 处没有 Dask 调度器应答。</translation>
    </message>
    <message>
      <source>Start one: dask worker {address}.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>请启动一个：dask worker {address}。</translation>
    </message>
    <message>
      <source>The Dask scheduler at {address} no longer answers</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{address} 处的 Dask 调度器不再应答</translation>
    </message>
    <message>
      <source>The scheduler at {address} has no workers.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{address} 处的调度器没有工作进程。</translation>
    </message>
    <message>
      <source>The workers of {address} do not have this program.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{address} 的工作进程中没有安装本程序。</translation>
    </message>
    <message>
      <source>The workers of {address} have other versions or methods than this program.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{address} 的工作进程与本程序的版本或方法不同。</translation>
    </message>
    <message>
      <source>What was measured is kept: the same again goes on from there, once it answers, or without the cluster.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>实测结果已保留：待其恢复应答后，或不使用集群，再次运行会从中断处继续。</translation>
    </message>
    <message>
      <source>{what}.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{what}。</translation>
    </message>
    <message>
      <source>{what}: waiting for it</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{what}：正在等待</translation>
    </message>
    <message>
      <source>{what}; this process computed the rest.</source>
      <extracomment>workbench/engine/parallel/cluster.py</extracomment>
      <translation>{what}；其余部分由本进程计算。</translation>
    </message>
    <message>
      <source>A worker process stopped; this process computed the rest.</source>
      <extracomment>workbench/engine/parallel/crew.py</extracomment>
      <translation>一个工作进程已停止；其余部分由本进程计算。</translation>
    </message>
    <message>
      <source>This process computed alone: {reason}</source>
      <extracomment>workbench/engine/parallel/crew.py</extracomment>
      <translation>仅由本进程计算：{reason}</translation>
    </message>
    <message>
      <source>trying candidates block by block</source>
      <extracomment>workbench/engine/preview/one_pass.py</extracomment>
      <translation>逐块尝试候选</translation>
    </message>
    <message>
      <source>Gradients of these outputs cannot be computed.</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>无法计算这些输出的梯度。</translation>
    </message>
    <message>
      <source>Measure instead.</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>请改为测量。</translation>
    </message>
    <message>
      <source>No predictions: there is no calibration data.</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>无法预测：没有校准样本。</translation>
    </message>
    <message>
      <source>No predictions: {subject}</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>无法预测：{subject}</translation>
    </message>
    <message>
      <source>The error of each layer's output is predicted, not the loss: {obstacle}</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>预测的是各层输出的误差，而不是损失函数：{obstacle}</translation>
    </message>
    <message>
      <source>checking the prediction</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>正在检查预测</translation>
    </message>
    <message>
      <source>reading activations</source>
      <extracomment>workbench/engine/preview/predict.py</extracomment>
      <translation>正在读取激活值</translation>
    </message>
    <message>
      <source>No layer of this model can have these steps.</source>
      <extracomment>workbench/engine/preview/previewer.py</extracomment>
      <translation>此模型中没有层可以采用这些步骤。</translation>
    </message>
    <message>
      <source>preparing</source>
      <extracomment>workbench/engine/preview/previewer.py</extracomment>
      <translation>正在准备</translation>
    </message>
    <message>
      <source>A search needs at least two samples: one to choose a recipe and one to verify it.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>搜索至少需要两个样本：一个用于选择配方，一个用于验证。</translation>
    </message>
    <message>
      <source>Give calibration data (--calibration), or search without retraining.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>请提供校准数据（--calibration），或不重新训练而进行搜索。</translation>
    </message>
    <message>
      <source>Give more samples; a model that takes several at once needs twice as many.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>请提供更多样本；一次读入多个样本的模型需要两倍的样本。</translation>
    </message>
    <message>
      <source>Not finished: measuring whole recipes, and improving on them.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>未完成：测量并改进完整配方。</translation>
    </message>
    <message>
      <source>Not measured: {left:,} of {total:,} uniform and earlier recipes.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>未测量：{total:,} 个统一配方及先前配方中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>Not predicted: {left:,} of {total:,} pairs of a layer and steps.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>未预测：{total:,} 个层与步骤的组合中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>Not retrained: {left:,} of {total:,} recipes.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>未再训练：{total:,} 个配方中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>Not tried: {left:,} of {total:,} candidates; where there were predictions, these were used.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>未试验：{total:,} 个候选中的 {left:,} 个；有预测值的以预测值代替。</translation>
    </message>
    <message>
      <source>Not verified on held-out samples: {left:,} of {total:,} recipes.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>未在保留样本上验证：{total:,} 个配方中的 {left:,} 个。</translation>
    </message>
    <message>
      <source>Retraining needs samples to train on, besides those that are measured.</source>
      <extracomment>workbench/engine/search/goals.py</extracomment>
      <translation>重新训练需要测量样本以外的训练样本。</translation>
    </message>
    <message>
      <source>Choose another target, other layers, or other methods.</source>
      <extracomment>workbench/engine/search/options.py</extracomment>
      <translation>请选择其他目标设备、其他层或其他方法。</translation>
    </message>
    <message>
      <source>Choose other layers, or open another model.</source>
      <extracomment>workbench/engine/search/options.py</extracomment>
      <translation>请选择其他层，或打开其他模型。</translation>
    </message>
    <message>
      <source>Choose other layers, or other methods.</source>
      <extracomment>workbench/engine/search/options.py</extracomment>
      <translation>请选择其他层或其他方法。</translation>
    </message>
    <message>
      <source>No editable layer matches.</source>
      <extracomment>workbench/engine/search/options.py</extracomment>
      <translation>没有匹配的可编辑层。</translation>
    </message>
    <message>
      <source>None of these layers can have any of the steps that a search tries.</source>
      <extracomment>workbench/engine/search/options.py</extracomment>
      <translation>搜索尝试的步骤都不适用于这些层。</translation>
    </message>
    <message>
      <source>{target} takes none of the steps that a search tries on these layers.</source>
      <extracomment>workbench/engine/search/options.py</extracomment>
      <translation>{target} 不支持搜索在这些层上尝试的任何步骤。</translation>
    </message>
    <message>
      <source>8-bit activations were measured in all layers that have such a step. The recipes that the search found keep them there, even where that is slower (integers: all).</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>测量时，所有含此步骤的层都使用 8 位激活。搜索得到的配方在这些层中都保留 8 位激活，即使更慢（integers: all）。</translation>
    </message>
    <message>
      <source>No calibration data was given: the inputs of all samples are used for calibration, without their labels.</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>未提供校准数据：用所有样本的输入校准，不使用标签。</translation>
    </message>
    <message>
      <source>No recipe within the limits was found.</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>未找到满足限制的配方。</translation>
    </message>
    <message>
      <source>Not retrained: {reason}</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>未重新训练：{reason}</translation>
    </message>
    <message>
      <source>The original is within the limits: the chosen recipe has no steps.</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>原始模型已满足限制：所选配方不含任何步骤。</translation>
    </message>
    <message>
      <source>measuring whole recipes</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>正在测量完整配方</translation>
    </message>
    <message>
      <source>measuring {recipe}</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>正在测量 {recipe}</translation>
    </message>
    <message>
      <source>verifying on held-out samples</source>
      <extracomment>workbench/engine/search/plan.py</extracomment>
      <translation>正在留出样本上验证</translation>
    </message>
    <message>
      <source>Energy is by rule for {target}, not measured: {source}.</source>
      <extracomment>workbench/engine/search/recipes.py</extracomment>
      <translation>能耗是按 {target} 的规则计算的，未经实测：{source}。</translation>
    </message>
    <message>
      <source>Energy was measured by the counter of the processor (RAPL), which counts all that ran meanwhile.</source>
      <extracomment>workbench/engine/search/recipes.py</extracomment>
      <translation>能耗由处理器的计数器（RAPL）实测，其中包含同时运行的所有程序。</translation>
    </message>
    <message>
      <source>Latency is a lower bound by rule for {target}, not measured: {source}.</source>
      <extracomment>workbench/engine/search/recipes.py</extracomment>
      <translation>延迟是按规则得出的 {target} 的下限，未经测量：{source}。</translation>
    </message>
    <message>
      <source>Latency was measured on this machine, not on {target}.</source>
      <extracomment>workbench/engine/search/recipes.py</extracomment>
      <translation>延迟是在本机上测量的，而不是在 {target} 上。</translation>
    </message>
    <message>
      <source>Not measured: {recipes}. In the multiples of channels that {target} computes, none would be removed.</source>
      <extracomment>workbench/engine/search/recipes.py</extracomment>
      <translation>未实测：{recipes}。按 {target} 计算所需的通道倍数，不会移除任何通道。</translation>
    </message>
    <message>
      <source>{target} states no speed for the numbers of some layers: latency is unknown where they are left so.</source>
      <extracomment>workbench/engine/search/recipes.py</extracomment>
      <translation>{target} 未给出某些层所用数值格式的速度：这些层保持原样时延迟未知。</translation>
    </message>
    <message>
      <source>'{pattern}' matches no trainable layer.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>“{pattern}”不匹配任何可训练的层。</translation>
    </message>
    <message>
      <source>Give layers a step with evenly spaced levels, such as quantize.affine, or set 'entropy' to 0.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>请为层添加量化级别均匀分布的步骤，例如 quantize.affine，或将 'entropy' 设为 0。</translation>
    </message>
    <message>
      <source>In 'trainable', name layers that gradients reach.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>请在 trainable 中列出梯度能到达的层。</translation>
    </message>
    <message>
      <source>Name more layers in 'trainable', or fewer in 'frozen'.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>请在“trainable”中列出更多层，或在“frozen”中列出更少层。</translation>
    </message>
    <message>
      <source>No layer is left to train.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>没有剩下可训练的层。</translation>
    </message>
    <message>
      <source>The entropy penalty has no layer to act on.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>熵惩罚没有可作用的层。</translation>
    </message>
    <message>
      <source>The trainable layers are {paths}{more}.</source>
      <extracomment>workbench/engine/students/student.py</extracomment>
      <translation>可训练的层有 {paths}{more}。</translation>
    </message>
    <message>
      <source>Choose layers that gradients pass through.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>请指定梯度可以通过的层。</translation>
    </message>
    <message>
      <source>Compare layers with the same number of spatial positions.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>请比较特征位置数相同的层。</translation>
    </message>
    <message>
      <source>Feature shapes differ: {own} has {shape}, the teacher's {other} has {theirs}.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>特征形状不同：{own} 为 {shape}，教师模型的 {other} 为 {theirs}。</translation>
    </message>
    <message>
      <source>Its layers are {sites}{more}.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>它的层有 {sites}{more}。</translation>
    </message>
    <message>
      <source>Switch 'attention' off.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>请关闭“attention”。</translation>
    </message>
    <message>
      <source>The student has no layer '{own}' whose features can be compared.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>学生模型没有可比较特征的层“{own}”。</translation>
    </message>
    <message>
      <source>{own} has no feature maps for attention transfer.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>{own} 不输出可供比较注意力的特征图。</translation>
    </message>
    <message>
      <source>{whose} has no layer '{path}' whose features can be compared.</source>
      <extracomment>workbench/engine/supervision/features.py</extracomment>
      <translation>{whose}没有可供比较的层“{path}”。</translation>
    </message>
    <message>
      <source>Give at least {fewest}.</source>
      <extracomment>workbench/engine/supervision/samples.py</extracomment>
      <translation>请提供 {fewest} 个或更多。</translation>
    </message>
    <message>
      <source>Give more samples, or separate training data.</source>
      <extracomment>workbench/engine/supervision/samples.py</extracomment>
      <translation>请提供更多样本，或另外提供训练样本。</translation>
    </message>
    <message>
      <source>One sample cannot be used for both training and measuring.</source>
      <extracomment>workbench/engine/supervision/samples.py</extracomment>
      <translation>一个样本不能既用于训练又用于测量。</translation>
    </message>
    <message>
      <source>The model takes all {n} samples at once: they cannot be used for both training and measuring.</source>
      <extracomment>workbench/engine/supervision/samples.py</extracomment>
      <translation>模型一次读入全部 {n} 个样本：它们不能既用于训练又用于测量。</translation>
    </message>
    <message>
      <source>{samples} samples are too few to train on.</source>
      <extracomment>workbench/engine/supervision/samples.py</extracomment>
      <translation>{samples} 个样本太少，无法训练。</translation>
    </message>
    <message>
      <source>Choose a teacher with the same inputs and outputs.</source>
      <extracomment>workbench/engine/supervision/teacher.py</extracomment>
      <translation>请选择输入和输出都相同的教师模型。</translation>
    </message>
    <message>
      <source>Choose a teacher with the same outputs.</source>
      <extracomment>workbench/engine/supervision/teacher.py</extracomment>
      <translation>请选择输出相同的教师模型。</translation>
    </message>
    <message>
      <source>{name} has different inputs from the student: {own}.</source>
      <extracomment>workbench/engine/supervision/teacher.py</extracomment>
      <translation>{name} 的输入与学生模型不同：{own}。</translation>
    </message>
    <message>
      <source>{name} has no output '{place}'.</source>
      <extracomment>workbench/engine/supervision/teacher.py</extracomment>
      <translation>{name} 没有输出“{place}”。</translation>
    </message>
    <message>
      <source>The devices are: {devices}.</source>
      <extracomment>workbench/engine/training/device.py</extracomment>
      <translation>可用的设备：{devices}。</translation>
    </message>
    <message>
      <source>torch has no device '{name}' to train on.</source>
      <extracomment>workbench/engine/training/device.py</extracomment>
      <translation>没有 torch 可以训练的设备“{name}”。</translation>
    </message>
    <message>
      <source>The accuracy of class {change} dropped from {before:.1f} % to {after:.1f} %: {drop:.1f} points [{low:.1f}, {high:.1f}] on {n:,} samples, more than the {allowed:g} points that the recipe allows</source>
      <extracomment>workbench/engine/training/forgetting.py</extracomment>
      <translation>类别 {change} 的准确率从 {before:.1f} % 降至 {after:.1f} %：{n:,} 个样本上下降 {drop:.1f} 个百分点 [{low:.1f}, {high:.1f}]，超过配方允许的 {allowed:g} 个百分点</translation>
    </message>
    <message>
      <source>Training made the model worse on the measured samples: {metric} {before} before, {after} after. Try more training samples, a lower learning rate or fewer epochs, or skip training</source>
      <extracomment>workbench/engine/training/forgetting.py</extracomment>
      <translation>在所测样本上，训练使模型变差：不训练时 {metric} 为 {before}，训练后为 {after}。可以尝试更多训练样本、更低的学习率、更少的轮数，或不训练</translation>
    </message>
    <message>
      <source>The result of this training is no longer available.</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>这次训练的结果已不再保存。</translation>
    </message>
    <message>
      <source>Train again.</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>请重新训练。</translation>
    </message>
    <message>
      <source>loss {loss:.3g}</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>损失 {loss:.3g}</translation>
    </message>
    <message>
      <source>stopped by the user</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>由用户停止</translation>
    </message>
    <message>
      <source>stopped early: no improvement for {n} epochs</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>提前停止：{n} 轮没有改进</translation>
    </message>
    <message>
      <source>stopped: the loss became NaN; try a lower learning rate</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>已停止：损失变为 NaN；请尝试更低的学习率</translation>
    </message>
    <message>
      <source>{kind}: {epoch:.1f} epochs</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>{kind}：第 {epoch:.1f} 轮</translation>
    </message>
    <message>
      <source>{kind}: {epoch:.1f} of {n} epochs</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>{kind}：第 {epoch:.1f} / {n} 轮</translation>
    </message>
    <message>
      <source>{metric} {shown}</source>
      <extracomment>workbench/engine/training/loop.py</extracomment>
      <translation>{metric} {shown}</translation>
    </message>
    <message>
      <source>Each output of an embedding is one weight, so the nearest level is the best.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>嵌入的每个输出就是一个权重，因此最近的量化级别就是最佳的。</translation>
    </message>
    <message>
      <source>Give layers a step such as quantize.affine, or remove the stage 'reconstruct'.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>请为层添加 quantize.affine 之类的步骤，或移除阶段“reconstruct”。</translation>
    </message>
    <message>
      <source>Gradients do not reach the weights of {op}.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>梯度无法到达 {op} 的权重。</translation>
    </message>
    <message>
      <source>It is factorised; blocks learn the rounding of whole layers.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>该层已分解；块只学习完整层的舍入。</translation>
    </message>
    <message>
      <source>Its weight is read in several places of the model.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>其权重在模型的多处被读取。</translation>
    </message>
    <message>
      <source>Its weights are not on evenly spaced levels.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>其权重不在等间距的量化级别上。</translation>
    </message>
    <message>
      <source>Its weights share values, which are kept.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>其权重共享取值，这些取值保持不变。</translation>
    </message>
    <message>
      <source>No layer can be reconstructed: none has evenly spaced levels.</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>没有可重构的层：没有一层的量化级别是等间距的。</translation>
    </message>
    <message>
      <source>keeps its rounding</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>保持其舍入</translation>
    </message>
    <message>
      <source>reconstructing {block}, block {number} of {count}</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>正在重构 {block}，第 {number} 块，共 {count} 块</translation>
    </message>
    <message>
      <source>{n} blocks reconstructed: the mean squared error of a block's output fell by {share} in the median</source>
      <extracomment>workbench/engine/training/reconstruct.py</extracomment>
      <translation>已重构 {n} 个块：块输出的均方误差按中位数下降了 {share}</translation>
    </message>
    <message>
      <source>First those before pruning, then those before quantising, then those before export.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>先是剪枝前的阶段，然后是量化前的阶段，最后是导出前的阶段。</translation>
    </message>
    <message>
      <source>Give at least {fewest}, or separate training data.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>请提供 {fewest} 个或更多样本，或另外提供训练样本。</translation>
    </message>
    <message>
      <source>Half of the {count} samples is too few to train on.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>{count} 个样本的一半不足以训练。</translation>
    </message>
    <message>
      <source>No layer's statistics can be re-estimated: no BatchNorm followed its convolutions or products.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>没有可重新估计统计量的层：模型的卷积或乘积之后没有 BatchNorm。</translation>
    </message>
    <message>
      <source>Overlap: {common:,} of the {samples:,} measured samples are also training samples</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>用于测量的 {samples:,} 个样本中有 {common:,} 个也用于训练</translation>
    </message>
    <message>
      <source>Remove 'shift' and 'flip'.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>请去掉“shift”和“flip”。</translation>
    </message>
    <message>
      <source>Remove the stage 'statistics'.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>请移除 statistics 阶段。</translation>
    </message>
    <message>
      <source>Shifting and flipping need images, but the model takes none.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>只有图像能平移或镜像，而模型不接受图像。</translation>
    </message>
    <message>
      <source>The training samples have no labels: the student learns from the teacher only</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>训练样本没有标签：学生只从教师模型学习</translation>
    </message>
    <message>
      <source>The training stages are not in order.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>训练阶段的顺序不对。</translation>
    </message>
    <message>
      <source>There are no samples to train on.</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>没有可供训练的样本。</translation>
    </message>
    <message>
      <source>Trained on {samples:,} samples of {path}; all figures are measured on the other {others:,}</source>
      <extracomment>workbench/engine/training/recover.py</extracomment>
      <translation>用 {path} 的 {samples:,} 个样本训练；所有数值均来自其余 {others:,} 个</translation>
    </message>
    <message>
      <source>Fine-tuning needs labels, but {path} has none.</source>
      <extracomment>workbench/engine/training/teaching.py</extracomment>
      <translation>{path} 没有可供微调的标签。</translation>
    </message>
    <message>
      <source>Use the stage 'distill', which learns from the original model's outputs.</source>
      <extracomment>workbench/engine/training/teaching.py</extracomment>
      <translation>请使用“distill”阶段，它从原始模型的输出中学习。</translation>
    </message>
    <message>
      <source>{each} has {shape} outputs, the student {own}.</source>
      <extracomment>workbench/engine/training/teaching.py</extracomment>
      <translation>{each} 输出 {shape} 个值，学生输出 {own} 个。</translation>
    </message>
    <message>
      <source>Add this stage.</source>
      <extracomment>workbench/engine/training/temperatures.py</extracomment>
      <translation>请添加此阶段。</translation>
    </message>
    <message>
      <source>No temperature was given.</source>
      <extracomment>workbench/engine/training/temperatures.py</extracomment>
      <translation>未给出温度。</translation>
    </message>
    <message>
      <source>The recipe has no stage 'distill', so there is no temperature to compare.</source>
      <extracomment>workbench/engine/training/temperatures.py</extracomment>
      <translation>配方中没有 distill 阶段，因此没有温度。</translation>
    </message>
    <message>
      <source>Choose a layer from the list.</source>
      <extracomment>workbench/engine/workspace.py</extracomment>
      <translation>请从列表中选择。</translation>
    </message>
    <message>
      <source>Not known: the graph around the layer could not be analysed.</source>
      <extracomment>workbench/engine/workspace.py</extracomment>
      <translation>未知：无法分析该层周围的计算图。</translation>
    </message>
    <message>
      <source>The model has no layer '{path}'.</source>
      <extracomment>workbench/engine/workspace.py</extracomment>
      <translation>模型没有层 '{path}'。</translation>
    </message>
    <message>
      <source>There is no evaluation data.</source>
      <extracomment>workbench/engine/workspace.py</extracomment>
      <translation>没有用于测量的数据。</translation>
    </message>
    <message>
      <source>the original model's outputs</source>
      <extracomment>workbench/engine/workspace.py</extracomment>
      <translation>原始模型的输出</translation>
    </message>
    <message>
      <source>the teachers' outputs</source>
      <extracomment>workbench/engine/workspace.py</extracomment>
      <translation>教师模型的输出</translation>
    </message>
    <message>
      <source>Give a function: file.py:function.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>请给出一个函数：file.py:function。</translation>
    </message>
    <message>
      <source>Give file.py:function, timm:NAME, or transformers.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>请给出 file.py:function、timm:NAME 或 transformers。</translation>
    </message>
    <message>
      <source>Install it with the torchvision that belongs to your torch (pip install 'compression-workbench[timm]'; for CPUs from the index https://download.pytorch.org/whl/cpu), or give a function: file.py:function.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>请与您的 torch 所对应的 torchvision 一同安装（pip install 'compression-workbench[timm]'；CPU 版本来自 https://download.pytorch.org/whl/cpu），或给出函数：file.py:function。</translation>
    </message>
    <message>
      <source>Networks of timm need the package {package}, which is not installed or cannot be loaded: {reason}.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>timm 的网络需要软件包 {package}，它未安装或无法加载：{reason}。</translation>
    </message>
    <message>
      <source>See timm.list_models() for the names it has.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>可用名称见 timm.list_models()。</translation>
    </message>
    <message>
      <source>There is no architecture {architecture}.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>没有网络结构 {architecture}。</translation>
    </message>
    <message>
      <source>timm cannot make the network {name}: {reason}.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>timm 无法建立网络 {name}：{reason}。</translation>
    </message>
    <message>
      <source>timm has no network {name}.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>timm 没有网络 {name}。</translation>
    </message>
    <message>
      <source>{path} is a Python program; opening it runs it.</source>
      <extracomment>workbench/formats/architectures/architecture.py</extracomment>
      <translation>{path} 是 Python 程序，打开它就会运行它。</translation>
    </message>
    <message>
      <source>Check the file.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请检查该文件。</translation>
    </message>
    <message>
      <source>Copy it again.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请重新复制。</translation>
    </message>
    <message>
      <source>Give a folder with model.safetensors.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请给出含有 model.safetensors 的文件夹。</translation>
    </message>
    <message>
      <source>Give a function that returns it with example inputs: file.py:function.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请给出一个返回该网络及示例输入的函数：file.py:function。</translation>
    </message>
    <message>
      <source>Give one of them.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请给出其中一个。</translation>
    </message>
    <message>
      <source>Give the folder of the original model.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请给出原始模型的文件夹。</translation>
    </message>
    <message>
      <source>Give the folder that holds it.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请给出包含它的文件夹。</translation>
    </message>
    <message>
      <source>Install it (pip install 'compression-workbench[transformers]'), or open the weights alone: {weights}.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请安装它（pip install 'compression-workbench[transformers]'），或只打开权重：{weights}。</translation>
    </message>
    <message>
      <source>Open the weights alone: {weights}. Or give a function: file.py:function.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>请只打开权重：{weights}。或给出一个函数：file.py:function。</translation>
    </message>
    <message>
      <source>The folder is of a model for transformers, which is not installed, so its weights were opened alone (pip install 'compression-workbench[transformers]').</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>该文件夹是 transformers 的模型，而 transformers 未安装，因此只打开了其权重（pip install 'compression-workbench[transformers]'）。</translation>
    </message>
    <message>
      <source>The network {name} takes {input}, for which no example is known.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>网络 {name} 的输入为 {input}，没有已知的示例。</translation>
    </message>
    <message>
      <source>The weights in {path} are already quantised.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 中的权重已经量化。</translation>
    </message>
    <message>
      <source>There is no {name} in {path}.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 中没有 {name}。</translation>
    </message>
    <message>
      <source>loading the network</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>正在加载网络</translation>
    </message>
    <message>
      <source>transformers cannot make the network of {path}: {reason}.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>transformers 无法建立 {path} 的网络：{reason}。</translation>
    </message>
    <message>
      <source>{name} is {found}, not {expected}</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{name} 为 {found}，而不是 {expected}</translation>
    </message>
    <message>
      <source>{path} asks for {odd}.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 要求 {odd}。</translation>
    </message>
    <message>
      <source>{path} describes a network of {size:.1f} GB, many times the weights beside it.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 描述的网络为 {size:.1f} GB，是其旁边权重的许多倍。</translation>
    </message>
    <message>
      <source>{path} has no weights.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 没有权重。</translation>
    </message>
    <message>
      <source>{path} has several ONNX files: {names}.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 有多个 ONNX 文件：{names}。</translation>
    </message>
    <message>
      <source>{path} is a folder of a model that needs the package {package}, which is not installed.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 是一个模型文件夹，需要软件包 {package}，但它未安装。</translation>
    </message>
    <message>
      <source>{path} is not a network configuration, or is damaged.</source>
      <extracomment>workbench/formats/architectures/folder.py</extracomment>
      <translation>{path} 不是网络配置，或已损坏。</translation>
    </message>
    <message>
      <source>Give the architecture that they were trained with, with the same sizes.</source>
      <extracomment>workbench/formats/architectures/matching.py</extracomment>
      <translation>请给出训练这些权重所用的网络结构，且尺寸相同。</translation>
    </message>
    <message>
      <source>The weights in {path} do not fit the architecture {architecture}: {wrong}.</source>
      <extracomment>workbench/formats/architectures/matching.py</extracomment>
      <translation>{path} 中的权重与网络结构 {architecture} 不符：{wrong}。</translation>
    </message>
    <message>
      <source>missing: {names}</source>
      <extracomment>workbench/formats/architectures/matching.py</extracomment>
      <translation>缺少：{names}</translation>
    </message>
    <message>
      <source>other shapes: {names}</source>
      <extracomment>workbench/formats/architectures/matching.py</extracomment>
      <translation>形状不同：{names}</translation>
    </message>
    <message>
      <source>{n} more</source>
      <extracomment>workbench/formats/architectures/matching.py</extracomment>
      <translation>另外 {n} 个</translation>
    </message>
    <message>
      <source>{n} tensors of the file are not part of the architecture and were left out: {names}.</source>
      <extracomment>workbench/formats/architectures/matching.py</extracomment>
      <translation>文件中有 {n} 个张量不属于该网络结构，已忽略：{names}。</translation>
    </message>
    <message>
      <source>Give the float module from which it was made; the workbench quantises that.</source>
      <extracomment>workbench/formats/exporting/as_given.py</extracomment>
      <translation>请提供量化之前的浮点模块，由本程序进行量化。</translation>
    </message>
    <message>
      <source>Load its weights first: load_state_dict(..., assign=True), or make it on the device cpu.</source>
      <extracomment>workbench/formats/exporting/as_given.py</extracomment>
      <translation>请先加载权重：load_state_dict(..., assign=True)，或在 cpu 设备上创建它。</translation>
    </message>
    <message>
      <source>{name} has weights without values, on the device meta.</source>
      <extracomment>workbench/formats/exporting/as_given.py</extracomment>
      <translation>{name} 的权重没有数值（位于 meta 设备）。</translation>
    </message>
    <message>
      <source>{name} is quantised by torch already; its integer layers have no operators in ONNX.</source>
      <extracomment>workbench/formats/exporting/as_given.py</extracomment>
      <translation>{name} 已由 torch 量化；它的整数层在 ONNX 中没有对应的算子。</translation>
    </message>
    <message>
      <source>Check the shapes and types of the inputs, and the module.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请检查输入的形状和类型以及模块本身。</translation>
    </message>
    <message>
      <source>Choose by torch.where or torch.cond, or decide it before the export.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请用 torch.where 或 torch.cond 选择，或在导出之前决定。</translation>
    </message>
    <message>
      <source>Give one entry for each input, in their order or by the names of forward's parameters.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请为每个输入给出一项，按输入顺序，或按 forward 的参数名。</translation>
    </message>
    <message>
      <source>Give the float module from before prepare_qat; the workbench quantises that.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请提供 prepare_qat 之前的浮点模块，由本程序进行量化。</translation>
    </message>
    <message>
      <source>Give the recurrent layer the padded sequences (no pack_padded_sequence), and mask what it returns.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请把填充后的序列直接交给循环层（不用 pack_padded_sequence），并对其输出加掩码。</translation>
    </message>
    <message>
      <source>ONNX has no operator for {operator}</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>ONNX 没有对应 {operator} 的算子</translation>
    </message>
    <message>
      <source>Return tensors, or tuples, lists and dictionaries of tensors.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请返回张量，或由张量组成的元组、列表和字典。</translation>
    </message>
    <message>
      <source>Set config.use_cache = False, or call it with use_cache=False.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请设置 config.use_cache = False，或以 use_cache=False 调用。</translation>
    </message>
    <message>
      <source>Simplify the module, or give an ONNX file.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请简化模块，或给出 ONNX 文件。</translation>
    </message>
    <message>
      <source>The module itself fails on the example inputs: check their shapes and types.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>模块本身在示例输入上就会失败：请检查其形状和类型。</translation>
    </message>
    <message>
      <source>Write it with other operators, or compute it before or after the model.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请用其他算子改写，或在模型之前或之后计算。</translation>
    </message>
    <message>
      <source>Write this part with torch's own functions, without branches on values and without numpy.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>请用 torch 自己的函数改写这一部分，不要依据数值分支，也不要用 numpy。</translation>
    </message>
    <message>
      <source>it has fake quantisation with observers, as training for torch's quantisation leaves it</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>它含有带统计器的伪量化，这是 torch 量化训练留下的</translation>
    </message>
    <message>
      <source>it packs sequences of different lengths, which torch.export cannot follow</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>它打包了长度不同的序列，torch.export 无法处理</translation>
    </message>
    <message>
      <source>it returns something other than tensors</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>它返回的不是张量</translation>
    </message>
    <message>
      <source>it takes or returns a cache of keys and values</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>它接收或返回键值缓存</translation>
    </message>
    <message>
      <source>its dynamic_shapes do not fit its inputs</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>其 dynamic_shapes 与输入不符</translation>
    </message>
    <message>
      <source>the flow of control depends on values of a tensor</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>控制流取决于张量的数值</translation>
    </message>
    <message>
      <source>torch could not export {name} to ONNX: {reason} ({file}, line {line}: {code}).</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>torch 无法将 {name} 导出为 ONNX：{reason}（{file} 第 {line} 行：{code}）。</translation>
    </message>
    <message>
      <source>torch could not export {name} to ONNX: {reason}.</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>torch 无法把 {name} 导出为 ONNX：{reason}。</translation>
    </message>
    <message>
      <source>{name} does not run on the example inputs: {reason} ({file}, line {line}: {code}).</source>
      <extracomment>workbench/formats/exporting/failure.py</extracomment>
      <translation>{name} 无法在示例输入上运行：{reason}（{file}，第 {line} 行：{code}）。</translation>
    </message>
    <message>
      <source>The batch size is fixed: torch could not export it as dynamic.</source>
      <extracomment>workbench/formats/exporting/free_sizes.py</extracomment>
      <translation>批大小是固定的：torch 无法将其导出为可变。</translation>
    </message>
    <message>
      <source>The sequence length is fixed: torch could not export it as dynamic.</source>
      <extracomment>workbench/formats/exporting/free_sizes.py</extracomment>
      <translation>序列长度是固定的：torch 无法将其导出为动态。</translation>
    </message>
    <message>
      <source>, with its inputs and outputs {names}</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>，包括其输入和输出 {names}</translation>
    </message>
    <message>
      <source>; FP16 stores weights in 16 bits again</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>；FP16 可重新以 16 位存储权重</translation>
    </message>
    <message>
      <source>Check it with onnx.checker.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>请用 onnx.checker 检查它。</translation>
    </message>
    <message>
      <source>Converted to float32</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>转换为 float32</translation>
    </message>
    <message>
      <source>Folding BatchNorm</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>折叠 BatchNorm</translation>
    </message>
    <message>
      <source>ONNX Runtime does not run the original here, so the outputs were not compared</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>ONNX Runtime 无法在此运行原始模型，因此未比较输出</translation>
    </message>
    <message>
      <source>Opset raised</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>提升 opset</translation>
    </message>
    <message>
      <source>Preparation at opening could not be verified: {random} makes the outputs random.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>打开时的预处理无法验证：{random} 使输出带有随机性。</translation>
    </message>
    <message>
      <source>Preparation at opening could not be verified: {why}</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>打开时的预处理无法验证：{why}</translation>
    </message>
    <message>
      <source>Preparation at opening was not verified, because it would read {size:.1f} GB of weights. Exports are verified.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>打开时的预处理未验证，因为需要读取 {size:.1f} GB 权重。导出时会进行验证。</translation>
    </message>
    <message>
      <source>Saving and reloading</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>保存并重新载入</translation>
    </message>
    <message>
      <source>This is many times the file's size. Export it with smaller sizes and fewer repetitions.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>这是文件大小的许多倍。请以较小的尺寸和较少的重复次数导出。</translation>
    </message>
    <message>
      <source>finding layers</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>正在查找各层</translation>
    </message>
    <message>
      <source>kept at {old}. {why}</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>保持 {old}。{why}</translation>
    </message>
    <message>
      <source>kept at {old}: the outputs changed by {difference:.1g} (relative)</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>保持 {old}：输出的相对变化为 {difference:.1g}</translation>
    </message>
    <message>
      <source>kept at {old}: the outputs could not be compared</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>保持 {old}：无法比较输出</translation>
    </message>
    <message>
      <source>loading in ONNX Runtime</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>正在载入 ONNX Runtime</translation>
    </message>
    <message>
      <source>no inputs were found that it accepts</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>未找到它接受的输入</translation>
    </message>
    <message>
      <source>off: opset {new} or later allows 8-bit activations with per-channel weight scales</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>未启用：从 opset {new} 起，8 位激活值可以配合每通道一个权重缩放系数</translation>
    </message>
    <message>
      <source>opened</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>已打开</translation>
    </message>
    <message>
      <source>opset {old} -&gt; {new}; outputs in ONNX Runtime are identical</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>opset {old} -&gt; {new}，在 ONNX Runtime 中输出不变</translation>
    </message>
    <message>
      <source>outputs differ by {difference:.1g} (relative)</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>输出相差 {difference:.1g}（相对）</translation>
    </message>
    <message>
      <source>preparing the graph</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>正在准备计算图</translation>
    </message>
    <message>
      <source>skipped: ONNX Runtime does not run the model in float32</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>已跳过：ONNX Runtime 无法以 float32 运行该模型</translation>
    </message>
    <message>
      <source>skipped: it changed the outputs by {difference:.1g} (relative)</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>已跳过：输出改变了 {difference:.1g}（相对）</translation>
    </message>
    <message>
      <source>skipped: some of its numbers are beyond float32</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>已跳过：部分数值超出 float32 的范围</translation>
    </message>
    <message>
      <source>turned off at opening</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>打开时已关闭</translation>
    </message>
    <message>
      <source>what was {types} is float32, also in an exported file{ends}{again}</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>原为 {types} 的数据现为 float32，导出的文件也是如此{ends}{again}</translation>
    </message>
    <message>
      <source>{name} was skipped: it changed the outputs by {difference:.1g} (relative).</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>已跳过 {name}：它使输出的相对变化达到 {difference:.1g}。</translation>
    </message>
    <message>
      <source>{open} {words}; attaching data sets the real sizes.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>{open} {words}，直到附加数据。</translation>
    </message>
    <message>
      <source>{path} gives different outputs after it is saved and loaded again.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>{path} 保存并重新载入后输出不同。</translation>
    </message>
    <message>
      <source>{path}: {subject}</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>{path}：{subject}</translation>
    </message>
    <message>
      <source>{step}: {detail}.</source>
      <extracomment>workbench/formats/finish.py</extracomment>
      <translation>{step}：{detail}。</translation>
    </message>
    <message>
      <source>Check it with onnx.checker, or export it again.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>请用 onnx.checker 检查，或重新导出。</translation>
    </message>
    <message>
      <source>Copy it again: it may be incomplete, or of another model.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>请重新复制：它可能不完整，或属于另一个模型。</translation>
    </message>
    <message>
      <source>Copy it into that folder.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>请把它复制到那里。</translation>
    </message>
    <message>
      <source>Export it again.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>请重新导出。</translation>
    </message>
    <message>
      <source>Put them next to the model and export it again.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>请把它们放在模型旁边并重新导出。</translation>
    </message>
    <message>
      <source>{file} has external weights without the name of a file.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 的外部权重没有文件名。</translation>
    </message>
    <message>
      <source>{file} needs the file {location} in the same folder, but it is missing.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 需要旁边的文件 {location}，但该文件不存在。</translation>
    </message>
    <message>
      <source>{file} refers to external weights in {location}, which has almost no data for its size.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 引用的外部权重位于 {location}，该文件与其大小相比几乎没有数据。</translation>
    </message>
    <message>
      <source>{file} refers to external weights in {location}, which is not a regular file.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 的外部权重指向 {location}，它不是普通文件。</translation>
    </message>
    <message>
      <source>{file} refers to external weights that cannot be read.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 所指的外部权重无法读取。</translation>
    </message>
    <message>
      <source>{file} refers to its weights by an absolute path ({location}).</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 以绝对路径（{location}）引用其权重。</translation>
    </message>
    <message>
      <source>{file} refers to weights outside its folder ({location}).</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 指向其文件夹之外的权重（{location}）。</translation>
    </message>
    <message>
      <source>{file} states places or sizes of its weights in {location} that do not fit them.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{file} 所述权重在 {location} 中的位置或大小与权重不符。</translation>
    </message>
    <message>
      <source>{location} has {size:,} bytes, but the weights of {file} need {last:,}.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{location} 有 {size:,} 字节，但 {file} 的权重需要 {last:,} 字节。</translation>
    </message>
    <message>
      <source>{name} is not a consistent ONNX model, or its weights are truncated.</source>
      <extracomment>workbench/formats/onnx/external.py</extracomment>
      <translation>{name} 不是完整一致的 ONNX 模型，或其权重被截断。</translation>
    </message>
    <message>
      <source>Check the file's permissions.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请检查文件的权限。</translation>
    </message>
    <message>
      <source>Convert it with onnx.version_converter to opset 9 or later.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请用 onnx.version_converter 转换到 opset 9 或更高。</translation>
    </message>
    <message>
      <source>Export it with external data, or copy it again.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请以外部数据方式导出，或重新复制该文件。</translation>
    </message>
    <message>
      <source>Export it with tensors as inputs.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请以张量作为输入导出。</translation>
    </message>
    <message>
      <source>Export the model without functions, or inline them with onnx.inliner.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请不带函数导出，或用 onnx.inliner 将其内联。</translation>
    </message>
    <message>
      <source>Inlining the functions of {name} would give {nodes:,} operators.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{name} 中的函数展开后成为 {nodes:,} 个算子。</translation>
    </message>
    <message>
      <source>Open an ONNX, PyTorch or safetensors file.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请打开 ONNX、PyTorch 或 safetensors 文件。</translation>
    </message>
    <message>
      <source>Store them as dense tensors.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>请以稠密形式保存。</translation>
    </message>
    <message>
      <source>The input '{odd}' of {name} is a map; only tensors are supported.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{name} 的输入“{odd}”是映射；仅支持张量。</translation>
    </message>
    <message>
      <source>{name} has functions that call themselves, which ONNX does not allow.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{name} 含有调用自身的函数，ONNX 不允许这样做。</translation>
    </message>
    <message>
      <source>{name} has sparse initialisers that need far more memory once converted to dense.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{name} 含有稀疏初始化张量，展开后需要多得多的内存。</translation>
    </message>
    <message>
      <source>{name} uses opset {opset}, which ONNX Runtime no longer runs.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{name} 使用 opset {opset}，ONNX Runtime 已不再支持。</translation>
    </message>
    <message>
      <source>{n} sparse initialisers were converted to dense.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{n} 个稀疏初始值已转换为稠密形式。</translation>
    </message>
    <message>
      <source>{path} is larger than 2 GB, the most that an ONNX file can hold.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{path} 超过 2 GB，即 ONNX 文件的上限。</translation>
    </message>
    <message>
      <source>{path} is not an ONNX model, nor in any other known format.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{path} 不是 ONNX 模型，也不是其他已知格式。</translation>
    </message>
    <message>
      <source>{path} is not an ONNX model, or it has no operators.</source>
      <extracomment>workbench/formats/onnx_file.py</extracomment>
      <translation>{path} 不是 ONNX 模型，或其中没有算子。</translation>
    </message>
    <message>
      <source>Check the name and the file's permissions.</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>请检查名称和文件权限。</translation>
    </message>
    <message>
      <source>Copy the model to a regular file.</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>请将模型复制为磁盘上的文件。</translation>
    </message>
    <message>
      <source>Give a model file.</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>请指定模型文件。</translation>
    </message>
    <message>
      <source>Give the model file in it.</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>请指明其中的模型文件。</translation>
    </message>
    <message>
      <source>No model was given.</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>未指定模型。</translation>
    </message>
    <message>
      <source>opening {path}</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>正在打开 {path}</translation>
    </message>
    <message>
      <source>{path} is a folder.</source>
      <extracomment>workbench/formats/opening.py</extracomment>
      <translation>{path} 是文件夹。</translation>
    </message>
    <message>
      <source>Give a function that loads it and returns (module, example_inputs): file.py:function.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>请给出一个加载它并返回 (module, example_inputs) 的函数：file.py:function。</translation>
    </message>
    <message>
      <source>Open its weights alone, without trust.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>请只打开其权重，无需信任。</translation>
    </message>
    <message>
      <source>Save it again with torch.jit.save of the installed torch.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>请用已安装的 torch 的 torch.jit.save 重新保存。</translation>
    </message>
    <message>
      <source>The classes that it was saved with must be importable. Or open its weights alone, without trust.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>保存时所用的类必须能够导入。或只打开其权重，无需信任。</translation>
    </message>
    <message>
      <source>it is damaged</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>文件已损坏</translation>
    </message>
    <message>
      <source>reading the torch program</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>正在读取 torch 程序</translation>
    </message>
    <message>
      <source>{path} cannot be read as a TorchScript program: {reason}.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>无法将 {path} 作为 TorchScript 程序读取：{reason}。</translation>
    </message>
    <message>
      <source>{path} cannot be unpickled: {reason}.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>无法反序列化 {path}：{reason}。</translation>
    </message>
    <message>
      <source>{path} does not say what inputs it takes.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>{path} 没有说明它接受什么输入。</translation>
    </message>
    <message>
      <source>{path} holds no module.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>{path} 中没有模块。</translation>
    </message>
    <message>
      <source>{path} is a TorchScript program; opening it runs it.</source>
      <extracomment>workbench/formats/pickled_file.py</extracomment>
      <translation>{path} 是 TorchScript 程序；打开它会运行它。</translation>
    </message>
    <message>
      <source>a pickled weight</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>以 pickle 保存的权重</translation>
    </message>
    <message>
      <source>a program of more than 32 MB</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>超过 32 MB 的程序</translation>
    </message>
    <message>
      <source>big-endian byte order</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>大端字节序</translation>
    </message>
    <message>
      <source>sample inputs</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>示例输入</translation>
    </message>
    <message>
      <source>the member {name}</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>成员 {name}</translation>
    </message>
    <message>
      <source>the member {odd}</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>成员 {odd}</translation>
    </message>
    <message>
      <source>two members with the same name</source>
      <extracomment>workbench/formats/pt2/archive.py</extracomment>
      <translation>两个同名成员</translation>
    </message>
    <message>
      <source>a size expression with more than arithmetic</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>不只是算术式的尺寸</translation>
    </message>
    <message>
      <source>a string where a number is expected</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>应为数却是文本的内容</translation>
    </message>
    <message>
      <source>an invalid name</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>无效的名称</translation>
    </message>
    <message>
      <source>an invalid version</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>无效的版本</translation>
    </message>
    <message>
      <source>an object of the class {lowest}</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>某个类的对象（{lowest}）</translation>
    </message>
    <message>
      <source>an unexpected string ({key})</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>不应出现的文本（{key}）</translation>
    </message>
    <message>
      <source>inputs or outputs of the class {type}</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>类 {type} 的输入或输出</translation>
    </message>
    <message>
      <source>no program</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>没有程序</translation>
    </message>
    <message>
      <source>the operator {text}</source>
      <extracomment>workbench/formats/pt2/program.py</extracomment>
      <translation>算子 {text}</translation>
    </message>
    <message>
      <source>Cannot write {name}: {why}</source>
      <extracomment>workbench/formats/pt2/saving.py</extracomment>
      <translation>无法写入 {name}：{why}</translation>
    </message>
    <message>
      <source>Export as ONNX or safetensors.</source>
      <extracomment>workbench/formats/pt2/saving.py</extracomment>
      <translation>请导出为 ONNX 或 safetensors。</translation>
    </message>
    <message>
      <source>The graph cannot be traced by torch: {why}.</source>
      <extracomment>workbench/formats/pt2/saving.py</extracomment>
      <translation>torch 无法追踪该计算图：{why}。</translation>
    </message>
    <message>
      <source>torch cannot trace the graph for {name}: {reason}.</source>
      <extracomment>workbench/formats/pt2/saving.py</extracomment>
      <translation>torch 无法为 {name} 追踪计算图：{reason}。</translation>
    </message>
    <message>
      <source>tracing the graph with torch</source>
      <extracomment>workbench/formats/pt2/saving.py</extracomment>
      <translation>正在用 torch 追踪计算图</translation>
    </message>
    <message>
      <source>a pickle with more than tensors</source>
      <extracomment>workbench/formats/pt2/tensors.py</extracomment>
      <translation>不只含张量的 pickle</translation>
    </message>
    <message>
      <source>a tensor that is larger than its data</source>
      <extracomment>workbench/formats/pt2/tensors.py</extracomment>
      <translation>有张量大于其数据</translation>
    </message>
    <message>
      <source>a tensor's shape</source>
      <extracomment>workbench/formats/pt2/tensors.py</extracomment>
      <translation>张量的形状</translation>
    </message>
    <message>
      <source>the member {name} is missing</source>
      <extracomment>workbench/formats/pt2/tensors.py</extracomment>
      <translation>缺少成员 {name}</translation>
    </message>
    <message>
      <source>Save it again with torch.export.save of the installed torch.</source>
      <extracomment>workbench/formats/pt2_file.py</extracomment>
      <translation>请用已安装的 torch 的 torch.export.save 重新保存。</translation>
    </message>
    <message>
      <source>{path} cannot be read as a torch.export program, or it is damaged.</source>
      <extracomment>workbench/formats/pt2_file.py</extracomment>
      <translation>{path} 无法作为 torch.export 程序读取，或已损坏。</translation>
    </message>
    <message>
      <source>{path} cannot be read as a torch.export program: {reason}.</source>
      <extracomment>workbench/formats/pt2_file.py</extracomment>
      <translation>{path} 无法作为 torch.export 程序读取：{reason}。</translation>
    </message>
    <message>
      <source>{path} contains {error}, which could run code when it is loaded.</source>
      <extracomment>workbench/formats/pt2_file.py</extracomment>
      <translation>{path} 含有{error}，载入时可能运行代码。</translation>
    </message>
    <message>
      <source>{path} is a damaged archive.</source>
      <extracomment>workbench/formats/pt2_file.py</extracomment>
      <translation>{path} 是损坏的归档。</translation>
    </message>
    <message>
      <source>{path} would expand to many times its size.</source>
      <extracomment>workbench/formats/pt2_file.py</extracomment>
      <translation>{path} 解压后将是其大小的许多倍。</translation>
    </message>
    <message>
      <source>Export the model with torch.onnx.export or torch.export.save (.pt2), or give a function: file.py:function.</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation>请用 torch.onnx.export 或 torch.export.save （.pt2） 导出模型，或指明函数：file.py:function。</translation>
    </message>
    <message>
      <source>Give the function in it that returns (module, example_inputs): {path}:function.</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation>请指定其中返回 (module, example_inputs) 的函数：{path}:function。</translation>
    </message>
    <message>
      <source>Unpack it and open the model in it.</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation>请解包并指明其中的模型。</translation>
    </message>
    <message>
      <source>a Python file</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation> Python 文件</translation>
    </message>
    <message>
      <source>a pickle; loading it could run any code, so it is not opened</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation> pickle 文件，载入时可能运行任意代码，因此不予打开</translation>
    </message>
    <message>
      <source>{path} is a Keras file, which is not supported.</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation>{path} 是 Keras 文件，不予打开。</translation>
    </message>
    <message>
      <source>{path} is a pickled PyTorch file. Loading it could run any code, so it is not opened.</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation>{path} 是 pickle 格式的 PyTorch 文件，载入时可能运行任意代码，因此不予打开。</translation>
    </message>
    <message>
      <source>{path} is an archive, not a single model.</source>
      <extracomment>workbench/formats/refused.py</extracomment>
      <translation>{path} 是归档，不是模型。</translation>
    </message>
    <message>
      <source>The exported graph was not compared with torch: {reason}.</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>导出的图未与 torch 比较：{reason}。</translation>
    </message>
    <message>
      <source>The outputs of the exported graph differ from torch by {difference:.1g} (relative) on the example inputs.</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>在示例输入上，导出的图与 torch 的输出相对相差 {difference:.1g}。</translation>
    </message>
    <message>
      <source>Use an LSTM without them, and a Linear behind it.</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>请使用没有 proj_size 的 LSTM，并在其后加一个 Linear。</translation>
    </message>
    <message>
      <source>exporting to ONNX</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>正在导出为 ONNX</translation>
    </message>
    <message>
      <source>simplifying the exported graph</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>正在简化导出的计算图</translation>
    </message>
    <message>
      <source>torch does not run the model on the example inputs</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>torch 无法在示例输入上运行该模型</translation>
    </message>
    <message>
      <source>{name} has an LSTM with projections (proj_size), which ONNX does not have.</source>
      <extracomment>workbench/formats/torch_export.py</extracomment>
      <translation>{name} 含有使用 proj_size 的 LSTM，而 ONNX 没有这种算子。</translation>
    </message>
    <message>
      <source>Give one that returns (module, example_inputs).</source>
      <extracomment>workbench/formats/torch_function.py</extracomment>
      <translation>请指定一个返回 (module, example_inputs) 的函数。</translation>
    </message>
    <message>
      <source>Return a torch.nn.Module and a tuple of tensors; a third value is torch.export's dynamic_shapes.</source>
      <extracomment>workbench/formats/torch_function.py</extracomment>
      <translation>请返回一个 torch.nn.Module 和一个张量元组；第三个值为 torch.export 的 dynamic_shapes。</translation>
    </message>
    <message>
      <source>Run it directly to see why.</source>
      <extracomment>workbench/formats/torch_function.py</extracomment>
      <translation>请单独运行它以查明原因。</translation>
    </message>
    <message>
      <source>{path} did not return (module, example_inputs).</source>
      <extracomment>workbench/formats/torch_function.py</extracomment>
      <translation>{path} 没有返回 (module, example_inputs)。</translation>
    </message>
    <message>
      <source>{path} failed: {kind}: {first}.</source>
      <extracomment>workbench/formats/torch_function.py</extracomment>
      <translation>{path} 失败：{kind}：{first}。</translation>
    </message>
    <message>
      <source>The file is a pickled {kind}. Only its weights were read; no code of it ran.</source>
      <extracomment>workbench/formats/weights/network.py</extracomment>
      <translation>该文件是 pickle 序列化的 {kind}。只读取了其中的权重，未运行其任何代码。</translation>
    </message>
    <message>
      <source>Weights without a network: operators are guessed from shapes and names, and nothing is run. Steps that need neither data nor neighbouring layers work. To measure it, open it with its architecture.</source>
      <extracomment>workbench/formats/weights/network.py</extracomment>
      <translation>只有权重，没有网络：算子由形状和名称推测，不运行任何计算。既不需要数据、也不需要相邻层的步骤可以使用。要测量它，请连同其网络结构一起打开。</translation>
    </message>
    <message>
      <source>it holds no tensors</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>其中没有张量</translation>
    </message>
    <message>
      <source>it holds {n:,} tensors, more than {most:,}</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>它包含 {n:,} 个张量，超过 {most:,} 个</translation>
    </message>
    <message>
      <source>its index is damaged</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>其索引已损坏</translation>
    </message>
    <message>
      <source>its index is larger than 32 MB</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>其索引超过 32 MB</translation>
    </message>
    <message>
      <source>its index lists a file outside its folder ({name})</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>其索引列出了所在文件夹之外的文件（{name}）</translation>
    </message>
    <message>
      <source>its index lists too many files</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>其索引列出的文件过多</translation>
    </message>
    <message>
      <source>the file {name} that its index lists is missing</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>其索引列出的文件 {name} 不存在</translation>
    </message>
    <message>
      <source>{file} has almost no data for its size</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>{file} 与其大小相比几乎没有数据</translation>
    </message>
    <message>
      <source>{file} has no tensor {name}, which its index lists</source>
      <extracomment>workbench/formats/weights/parts.py</extracomment>
      <translation>{file} 中没有其索引列出的张量 {name}</translation>
    </message>
    <message>
      <source>tensors overlap</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>张量相互重叠</translation>
    </message>
    <message>
      <source>the bytes of {name} do not match its shape</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>{name} 的字节数与其形状不符</translation>
    </message>
    <message>
      <source>the entry of {name} is incomplete</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>{name} 的条目不完整</translation>
    </message>
    <message>
      <source>the file is shorter than its header says</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>文件比其文件头所述的短</translation>
    </message>
    <message>
      <source>the header has a name twice</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>文件头中有重复的名称</translation>
    </message>
    <message>
      <source>the header is larger than 32 MB</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>文件头超过 32 MB</translation>
    </message>
    <message>
      <source>the header is longer than the file</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>文件头比文件还长</translation>
    </message>
    <message>
      <source>the header is not JSON</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>文件头不是 JSON</translation>
    </message>
    <message>
      <source>the header is not a table of tensors</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>文件头不是张量表</translation>
    </message>
    <message>
      <source>the metadata is not text</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>元数据不是文本</translation>
    </message>
    <message>
      <source>the shape of {name} is damaged</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>{name} 的形状已损坏</translation>
    </message>
    <message>
      <source>the type {kind} of {name} is unknown</source>
      <extracomment>workbench/formats/weights/safetensors.py</extracomment>
      <translation>{name} 的类型 {kind} 未知</translation>
    </message>
    <message>
      <source>the graph in its metadata has no operators</source>
      <extracomment>workbench/formats/weights/saving.py</extracomment>
      <translation>其元数据中的计算图没有算子</translation>
    </message>
    <message>
      <source>the graph in its metadata is damaged</source>
      <extracomment>workbench/formats/weights/saving.py</extracomment>
      <translation>其元数据中的计算图已损坏</translation>
    </message>
    <message>
      <source>The weights were found under '{key}'.</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>权重位于“{key}”之下。</translation>
    </message>
    <message>
      <source>Weights of the same names are also under {others}, such as their moving average; they were not read.</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>{others} 之下也有同名的权重（例如其滑动平均）；没有读取。</translation>
    </message>
    <message>
      <source>a tensor beyond its data</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>有张量超出其数据</translation>
    </message>
    <message>
      <source>complex</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>复数张量</translation>
    </message>
    <message>
      <source>it ends too early</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>文件过早结束</translation>
    </message>
    <message>
      <source>it ends too early, or is damaged</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>文件过早结束，或已损坏</translation>
    </message>
    <message>
      <source>it has too many entries</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>其中的条目过多</translation>
    </message>
    <message>
      <source>it is not a file of torch.save</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>它不是 torch.save 写出的文件</translation>
    </message>
    <message>
      <source>its tensors are {kinds}</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>其张量为{kinds}</translation>
    </message>
    <message>
      <source>of another kind</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>其他类型的张量</translation>
    </message>
    <message>
      <source>of numpy</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>numpy 数组</translation>
    </message>
    <message>
      <source>quantised</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>量化张量</translation>
    </message>
    <message>
      <source>sparse</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>稀疏张量</translation>
    </message>
    <message>
      <source>the archive has no state dict</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>压缩包中没有 state dict</translation>
    </message>
    <message>
      <source>the archive has too many members</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>压缩包中的成员过多</translation>
    </message>
    <message>
      <source>the list of storages is damaged</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>存储列表已损坏</translation>
    </message>
    <message>
      <source>without data</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>无数据的张量</translation>
    </message>
    <message>
      <source>{n} tensors are {kinds}, and were not read: {names}.</source>
      <extracomment>workbench/formats/weights/state_dict.py</extracomment>
      <translation>有 {n} 个张量未读取（{kinds}）：{names}。</translation>
    </message>
    <message>
      <source>a tensor beyond the end of the file</source>
      <extracomment>workbench/formats/weights/stored.py</extracomment>
      <translation>有张量超出文件末尾</translation>
    </message>
    <message>
      <source>tensors that are larger than their data</source>
      <extracomment>workbench/formats/weights/stored.py</extracomment>
      <translation>有张量大于其数据</translation>
    </message>
    <message>
      <source>Copy it again, or save it again with the program that wrote it.</source>
      <extracomment>workbench/formats/weights_file.py</extracomment>
      <translation>请重新复制，或用写出它的程序重新保存。</translation>
    </message>
    <message>
      <source>its tensors are inconsistent</source>
      <extracomment>workbench/formats/weights_file.py</extracomment>
      <translation>其张量不一致</translation>
    </message>
    <message>
      <source>{path} cannot be read: {reason}.</source>
      <extracomment>workbench/formats/weights_file.py</extracomment>
      <translation>无法读取 {path}：{reason}。</translation>
    </message>
    <message>
      <source>A Gather reads its channels, and the shape is unknown.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>Gather 以未知的形状读取其通道。</translation>
    </message>
    <message>
      <source>It is padded along its channels.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它沿通道方向被填充。</translation>
    </message>
    <message>
      <source>It is repeated to a shape known only at run time.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它被重复为运行前未知的形状。</translation>
    </message>
    <message>
      <source>It is resized along its channels.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它沿通道方向被缩放。</translation>
    </message>
    <message>
      <source>It is sliced at positions computed at run time.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它在计算得出的位置被切分。</translation>
    </message>
    <message>
      <source>It is sliced with a step other than 1.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它按步长切取。</translation>
    </message>
    <message>
      <source>It is split at positions computed at run time.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它在计算得出的位置被拆分。</translation>
    </message>
    <message>
      <source>Its channels are concatenated with an unknown number of others.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它的通道与数量未知的其他通道并列。</translation>
    </message>
    <message>
      <source>Its channels are concatenated with constants.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>它的通道与常量并列。</translation>
    </message>
    <message>
      <source>{named} merges its channels with another axis.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>{named} 把它的通道与另一个轴合并。</translation>
    </message>
    <message>
      <source>{named} reshapes its channels in a way that is known only at run time.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>{named} 以运行时才知道的方式改变其通道的形状。</translation>
    </message>
    <message>
      <source>{op} operates along the channel axis.</source>
      <extracomment>workbench/graph/channels/moves.py</extracomment>
      <translation>{op} 沿其通道方向计算。</translation>
    </message>
    <message>
      <source>A Gemm with a constant left operand reads its channels.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>左侧为常量的 Gemm 读取其通道。</translation>
    </message>
    <message>
      <source>A MatMul reads its channels as a vector, or in an unknown shape.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>某个乘法以向量或未知的形状读取其通道。</translation>
    </message>
    <message>
      <source>A grouped convolution reads its channels.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>分组卷积读取它的通道。</translation>
    </message>
    <message>
      <source>A {op} with a computed (non-constant) weight reads its channels.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>读取其通道的 {op} 的权重是计算得出的。</translation>
    </message>
    <message>
      <source>Its number of input channels is unknown.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>它读取的通道数未知。</translation>
    </message>
    <message>
      <source>{op} combines its channels with a value of unknown shape.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>{op} 把它的通道与形状未知的内容结合。</translation>
    </message>
    <message>
      <source>{op} reads its channels along axes computed at run time.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>{op} 沿计算得出的轴读取其通道。</translation>
    </message>
    <message>
      <source>{op} reads positions from it.</source>
      <extracomment>workbench/graph/channels/rules.py</extracomment>
      <translation>{op} 从中读取位置。</translation>
    </message>
    <message>
      <source>'{name}' has several readers.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>“{name}”在多处被读取。</translation>
    </message>
    <message>
      <source>'{name}' is not stored as float32.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>“{name}”不是以 float32 存储的。</translation>
    </message>
    <message>
      <source>All its channels share one bias value.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>它的偏置对所有通道相同。</translation>
    </message>
    <message>
      <source>Its number of channels is unknown.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>它的通道数未知。</translation>
    </message>
    <message>
      <source>No layer reads its channels.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>没有层读取它的通道。</translation>
    </message>
    <message>
      <source>{op} adds the same value to all its channels.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>{op} 给它的所有通道加上同一个值。</translation>
    </message>
    <message>
      <source>{op} broadcasts its channels.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>{op} 重复它的通道。</translation>
    </message>
    <message>
      <source>{op} reads its channels and is not scale-equivariant.</source>
      <extracomment>workbench/graph/channels/scaling.py</extracomment>
      <translation>{op} 读取它的通道，但通道缩放后其输出并不随之缩放。</translation>
    </message>
    <message>
      <source>Its channels are an output of the model.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>它的通道是模型的输出。</translation>
    </message>
    <message>
      <source>Its channels are combined with an unknown number of others.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>它的通道与数量未知的通道相遇。</translation>
    </message>
    <message>
      <source>Its channels are combined with those of '{value}', which must be kept.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>它的通道与 '{value}' 的通道相遇，后者保持不变。</translation>
    </message>
    <message>
      <source>Unknown: tracing its channels through {op} '{name}' failed.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>未知：跟踪其通道穿过 {op}“{name}”时失败。</translation>
    </message>
    <message>
      <source>{op} '{name}' reads its channels; tracing through this operator is not supported.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>{op}“{name}”读取它的通道，无法穿过该算子继续跟踪。</translation>
    </message>
    <message>
      <source>{op} reads its channels in a conditional branch.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>{op} 在条件分支中读取它的通道。</translation>
    </message>
    <message>
      <source>{others} reads '{value}' too.</source>
      <extracomment>workbench/graph/channels/tracer.py</extracomment>
      <translation>{others} 也读取 '{value}'。</translation>
    </message>
    <message>
      <source>All its channels are coupled: none can be pruned without the others.</source>
      <extracomment>workbench/graph/channels/units.py</extracomment>
      <translation>它的通道全部耦合：不能只剪去其中一部分。</translation>
    </message>
    <message>
      <source>Its output channels cannot be traced through the graph.</source>
      <extracomment>workbench/graph/channels/units.py</extracomment>
      <translation>无法在计算图中跟踪它的输出通道。</translation>
    </message>
    <message>
      <source>{kind}{bits} per {sharing}</source>
      <extracomment>workbench/graph/encodings/affine.py</extracomment>
      <translation>{kind}{bits}，每{sharing}</translation>
    </message>
    <message>
      <source>{bits}-bit codebook</source>
      <extracomment>workbench/graph/encodings/codebook.py</extracomment>
      <translation>{bits} 位码本</translation>
    </message>
    <message>
      <source>group of {group}</source>
      <extracomment>workbench/graph/encodings/spec.py</extracomment>
      <translation>组（{group} 个）</translation>
    </message>
    <message>
      <source>Huffman codes</source>
      <extracomment>workbench/graph/layouts/codes.py</extracomment>
      <translation>霍夫曼编码</translation>
    </message>
    <message>
      <source>class codes</source>
      <extracomment>workbench/graph/layouts/codes.py</extracomment>
      <translation>类别编码</translation>
    </message>
    <message>
      <source>gaps and values</source>
      <extracomment>workbench/graph/layouts/codes.py</extracomment>
      <translation>间隔与数值</translation>
    </message>
    <message>
      <source>pairs of gap and value</source>
      <extracomment>workbench/graph/layouts/codes.py</extracomment>
      <translation>间隔-数值对</translation>
    </message>
    <message>
      <source>{codes} of {detail}</source>
      <extracomment>workbench/graph/layouts/codes.py</extracomment>
      <translation>{detail}的{codes}</translation>
    </message>
    <message>
      <source>zeros as 4-bit gaps</source>
      <extracomment>workbench/graph/layouts/gaps.py</extracomment>
      <translation>零以 4 位间隔存储</translation>
    </message>
    <message>
      <source>zeros as 8-bit gaps</source>
      <extracomment>workbench/graph/layouts/gaps.py</extracomment>
      <translation>零以 8 位间隔存储</translation>
    </message>
    <message>
      <source>zeros as a bit mask</source>
      <extracomment>workbench/graph/layouts/mask.py</extracomment>
      <translation>零以位掩码存储</translation>
    </message>
    <message>
      <source>non-zeros with their positions</source>
      <extracomment>workbench/graph/layouts/positions.py</extracomment>
      <translation>非零值及其位置</translation>
    </message>
    <message>
      <source>Export it with smaller sizes.</source>
      <extracomment>workbench/graph/model/demand.py</extracomment>
      <translation>请以较小的尺寸导出。</translation>
    </message>
    <message>
      <source>{name} would need {needed:,.1f} GB of memory for one sample, many times its weights and inputs ({given:,.1f} MB), so it was not run.</source>
      <extracomment>workbench/graph/model/demand.py</extracomment>
      <translation>{name} 运行一个样本需要 {needed:,.1f} GB 内存，是其权重与输入（{given:,.1f} MB）的许多倍，因此不运行它。</translation>
    </message>
    <message>
      <source>Its weights are already stored compressed.</source>
      <extracomment>workbench/graph/model/hidden_weights.py</extracomment>
      <translation>它的权重已是压缩存储。</translation>
    </message>
    <message>
      <source>Its weights are computed from stored values by {ops}; they are not edited.</source>
      <extracomment>workbench/graph/model/hidden_weights.py</extracomment>
      <translation>它的权重由 {ops} 从存储的值计算得出；不进行编辑。</translation>
    </message>
    <message>
      <source>Its weights are not stored in the file: a ConstantOfShape generates them.</source>
      <extracomment>workbench/graph/model/hidden_weights.py</extracomment>
      <translation>它的权重不在文件中：由 ConstantOfShape 生成。</translation>
    </message>
    <message>
      <source>All its weights are below 1e-35, where 32-bit floats lose digits: scale them up.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>其所有权重都小于 1e-35，32 位浮点数在此范围内会丢失有效数字：请放大这些权重。</translation>
    </message>
    <message>
      <source>It has no weights: one of its dimensions is zero.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它没有权重：有一个维度为零。</translation>
    </message>
    <message>
      <source>It has only vectors, which are not edited.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它只有向量，不进行编辑。</translation>
    </message>
    <message>
      <source>It is a constant operand of {op}, not a layer's weight, so it is not edited.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它是 {op} 的常量操作数，不是层的权重，因此不进行编辑。</translation>
    </message>
    <message>
      <source>It is inside an If, Loop or Scan; such layers are not edited.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它位于 If、Loop 或 Scan 之内；此类层不进行编辑。</translation>
    </message>
    <message>
      <source>It shares the weight of {owned}: edit that layer.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它使用 {owned} 的权重：请编辑那一层。</translation>
    </message>
    <message>
      <source>Its weight is also an output of the model.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它的权重是模型的输出。</translation>
    </message>
    <message>
      <source>Its weight is also read inside an If, Loop or Scan, so it is not edited.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它的权重也在 If、Loop 或 Scan 之内被读取，因此不进行编辑。</translation>
    </message>
    <message>
      <source>Some of its weights are NaN or infinite.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>它的一些权重不是数（NaN）或无限大。</translation>
    </message>
    <message>
      <source>{op} is an operator of ONNX Runtime alone, which fuses several into it: give the model as it was before the runtime's optimiser.</source>
      <extracomment>workbench/graph/model/inventory.py</extracomment>
      <translation>{op} 是 ONNX Runtime 自有的算子，由多个算子融合而成：请提供运行时优化之前的模型。</translation>
    </message>
    <message>
      <source>Open it with its architecture (on the command line: --architecture).</source>
      <extracomment>workbench/graph/model/model.py</extracomment>
      <translation>请连同其网络结构一起打开（命令行：--architecture）。</translation>
    </message>
    <message>
      <source>The model has dynamic input sizes. MACs are counted for</source>
      <extracomment>workbench/graph/model/model.py</extracomment>
      <translation>模型未固定某些尺寸：乘加次数按下列尺寸计算：</translation>
    </message>
    <message>
      <source>{open} {words}, the size in the data.</source>
      <extracomment>workbench/graph/model/model.py</extracomment>
      <translation>{open} {words}，与数据一致。</translation>
    </message>
    <message>
      <source>{path} holds weights without a network.</source>
      <extracomment>workbench/graph/model/model.py</extracomment>
      <translation>{path} 只有权重，没有网络。</translation>
    </message>
    <message>
      <source>Both of its operands are constants.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它的两个操作数都是常量。</translation>
    </message>
    <message>
      <source>It is a Gemm with alpha or beta other than 1.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它是 alpha 或 beta 不为 1 的 Gemm。</translation>
    </message>
    <message>
      <source>It is an integer table, not a weight.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它是整数表，不是权重。</translation>
    </message>
    <message>
      <source>Its entries are not vectors, so it is not edited.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它的条目不是向量，因此不进行编辑。</translation>
    </message>
    <message>
      <source>Its weight is a batch of matrices, which is not supported.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它的权重是一批矩阵，不支持。</translation>
    </message>
    <message>
      <source>Its weight is the left operand of a Gemm, which is not supported.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它的权重是 Gemm 的左操作数，不支持。</translation>
    </message>
    <message>
      <source>Its weights are already quantised.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>它的权重已经量化。</translation>
    </message>
    <message>
      <source>Its weights are {dtype}; only float32 weights can be edited: export it in float32.</source>
      <extracomment>workbench/graph/model/operators.py</extracomment>
      <translation>其权重为 {dtype}；只能编辑 float32 权重：请以 float32 导出。</translation>
    </message>
    <message>
      <source>{file} changed on disk while the model was open.</source>
      <extracomment>workbench/graph/onnx/mapped.py</extracomment>
      <translation>{file} 在模型打开期间被修改。</translation>
    </message>
    <message>
      <source>'{name}' {dtype} of {sizes}</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>“{name}” {dtype}（{sizes}）</translation>
    </message>
    <message>
      <source>A size may be fixed inside the model: use inputs of the size it was exported with, or export it with dynamic sizes.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>模型内部可能固定了某个尺寸：请给出与导出时尺寸相同的输入，或以可变尺寸导出。</translation>
    </message>
    <message>
      <source>Check that the data fits this model (token IDs, class indices).</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请检查数据是否为此模型准备（词元编号、类别编号）。</translation>
    </message>
    <message>
      <source>Check the file with onnx.checker, or export it again.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请用 onnx.checker 检查该文件，或重新导出。</translation>
    </message>
    <message>
      <source>Close other programs, or use a smaller model.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请关闭其他程序，或使用较小的模型。</translation>
    </message>
    <message>
      <source>Export it for an older ONNX version, or update onnxruntime.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请以较旧的 ONNX 版本导出，或升级 onnxruntime。</translation>
    </message>
    <message>
      <source>Export it with layout 0, which takes the steps first.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请以 layout 0（时间步为首轴）导出。</translation>
    </message>
    <message>
      <source>Export it with operators that ONNX Runtime supports.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请使用 ONNX Runtime 支持的算子导出。</translation>
    </message>
    <message>
      <source>Give an array with this name.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请给出该名称的数组。</translation>
    </message>
    <message>
      <source>ONNX Runtime cannot load the model: it needs more memory than is available.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>ONNX Runtime 无法加载模型：所需内存超过空闲内存。</translation>
    </message>
    <message>
      <source>ONNX Runtime cannot load the model: its graph is not valid.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>ONNX Runtime 无法加载模型：其计算图无效。</translation>
    </message>
    <message>
      <source>ONNX Runtime cannot load the model: {why}.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>ONNX Runtime 无法载入模型：{why}。</translation>
    </message>
    <message>
      <source>ONNX Runtime cannot run the model</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>ONNX Runtime 无法运行模型</translation>
    </message>
    <message>
      <source>Put them next to the model, or export it again.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请将它们放在模型旁边，或重新导出。</translation>
    </message>
    <message>
      <source>Reshape or convert the data.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请调整数据的形状或转换其类型。</translation>
    </message>
    <message>
      <source>The model's input '{name}' is missing.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>未给出模型的输入“{name}”。</translation>
    </message>
    <message>
      <source>The model's input '{name}' takes {dtype} of {wanted}, but got {given} of {shape}.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>模型的输入“{name}”需要 {dtype}（{wanted}），却给了 {given}（{shape}）。</translation>
    </message>
    <message>
      <source>Use smaller inputs, or a smaller batch.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>请使用较小的输入，或一次少用一些。</translation>
    </message>
    <message>
      <source>it has recurrent operators that take the batch first (layout 1), for which there is no kernel</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其中的循环算子以批次为首轴（layout 1），没有对应的内核</translation>
    </message>
    <message>
      <source>it is not an ONNX model, or it is damaged</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>它不是 ONNX 模型，或已损坏</translation>
    </message>
    <message>
      <source>its IR version {found} is newer than {known}, the newest supported</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其 IR 版本 {found} 高于可读取的最高版本 {known}</translation>
    </message>
    <message>
      <source>its external weights cannot be read</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>无法读取其外部权重</translation>
    </message>
    <message>
      <source>its operator {op}</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其算子 {op}</translation>
    </message>
    <message>
      <source>its operator {op} ({name})</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其算子 {op}（{name}）</translation>
    </message>
    <message>
      <source>its opset {found} is newer than {known}, the newest supported</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其 opset {found} 高于可读取的最高版本 {known}</translation>
    </message>
    <message>
      <source>no operator produces the value '{name}'</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其中没有算子产生值“{name}”</translation>
    </message>
    <message>
      <source>the input shapes of the operator {op} ({name}) do not match</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>算子 {op}（{name}）收到的形状不匹配</translation>
    </message>
    <message>
      <source>the inputs of the operator {op} ({name}) have different types</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>算子 {op}（{name}）收到类型不同的值</translation>
    </message>
    <message>
      <source>the operator {op} ({name}) does not support the type of its inputs</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>算子 {op}（{name}）收到它不接受的类型的值</translation>
    </message>
    <message>
      <source>the operator {op} ({name}) is used incorrectly</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>算子 {op}（{name}）的用法不被允许</translation>
    </message>
    <message>
      <source>the operator {op} has no attribute {name}</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>算子 {op} 没有属性 {name}</translation>
    </message>
    <message>
      <source>the operator {op} is unknown</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>它不认识算子 {op}</translation>
    </message>
    <message>
      <source>the opset version of the domain '{domain}' is missing</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>缺少域“{domain}”的算子集版本</translation>
    </message>
    <message>
      <source>the types of its values are inconsistent</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>其中的值类型不匹配</translation>
    </message>
    <message>
      <source>there is no kernel for the operator {op} with these types</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>它没有适用于这些类型的 {op} 算子内核</translation>
    </message>
    <message>
      <source>{start} on the inputs {given}.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>{start}，输入为 {given}。</translation>
    </message>
    <message>
      <source>{start}: index {found} is out of range in {where}; the largest is {last}.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>{start}：{where} 被要求取第 {found} 项，而最后一项是 {last}。</translation>
    </message>
    <message>
      <source>{start}: it needs more memory than is available.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>{start}：所需内存超过空闲内存。</translation>
    </message>
    <message>
      <source>{start}: {where} cannot reshape {old} to {new} (inputs: {given}).</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>{start}：{where} 无法将 {old} 变形为 {new}；输入为 {given}。</translation>
    </message>
    <message>
      <source>{start}: {where} failed on the inputs {given}.</source>
      <extracomment>workbench/graph/onnx/refusals.py</extracomment>
      <translation>{start}：{where} 在输入 {given} 上失败。</translation>
    </message>
    <message>
      <source>A single run needs more than {limit} MB of memory.</source>
      <extracomment>workbench/graph/onnx/runtime.py</extracomment>
      <translation>运行一次需要超过 {limit} MB 内存。</translation>
    </message>
    <message>
      <source>A single run takes more than {seconds:.0f} seconds.</source>
      <extracomment>workbench/graph/onnx/runtime.py</extracomment>
      <translation>运行一次超过 {seconds:.0f} 秒。</translation>
    </message>
    <message>
      <source>No synthetic values can be generated for the input {value} of type {kind}.</source>
      <extracomment>workbench/graph/onnx/runtime.py</extracomment>
      <translation>无法为 {kind} 类型的输入 {value} 生成合成值。</translation>
    </message>
    <message>
      <source>ONNX Runtime cannot open {path}: its name is not valid Unicode.</source>
      <extracomment>workbench/graph/onnx/runtime.py</extracomment>
      <translation>ONNX Runtime 无法打开 {path}：其名称不是有效的 Unicode。</translation>
    </message>
    <message>
      <source>Rename the file or its folder, or use a UTF-8 locale.</source>
      <extracomment>workbench/graph/onnx/runtime.py</extracomment>
      <translation>请重命名该文件或其文件夹，或使用 UTF-8 区域设置。</translation>
    </message>
    <message>
      <source>Save it with external data.</source>
      <extracomment>workbench/graph/onnx/saving.py</extracomment>
      <translation>请以外部数据的形式保存。</translation>
    </message>
    <message>
      <source>{name} is larger than the 2 GB that one ONNX file can hold.</source>
      <extracomment>workbench/graph/onnx/saving.py</extracomment>
      <translation>{name} 超过单个 ONNX 文件 2 GB 的上限。</translation>
    </message>
    <message>
      <source>in training mode</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>处于训练模式</translation>
    </message>
    <message>
      <source>it follows {op}</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>它位于 {op} 之后</translation>
    </message>
    <message>
      <source>its input has another reader</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>它所归一化的值还被其他部分读取</translation>
    </message>
    <message>
      <source>its input is a model input</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>它读取模型输入</translation>
    </message>
    <message>
      <source>its parameters are computed, not constant</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>其参数由计算得出，不是常量</translation>
    </message>
    <message>
      <source>its statistics are NaN or infinite</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>其统计量为 NaN 或无限大</translation>
    </message>
    <message>
      <source>its statistics have another reader</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>其统计量在别处被读取</translation>
    </message>
    <message>
      <source>scale of its BatchNorm</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>其 BatchNorm 的缩放系数</translation>
    </message>
    <message>
      <source>the bias of the preceding layer is not constant</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>前一层的偏置由计算得出，不是常量</translation>
    </message>
    <message>
      <source>the bias of the preceding layer is not float32</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>前一层的偏置不是 float32</translation>
    </message>
    <message>
      <source>the operand of the preceding Add is not constant</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>它之前的 Add 所加的不是常量</translation>
    </message>
    <message>
      <source>the output of the preceding MatMul is not known to be a matrix</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>就目前所知，它之前的 MatMul 不输出矩阵</translation>
    </message>
    <message>
      <source>the preceding Gemm has alpha or beta other than 1</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>它之前的 Gemm 使用了 alpha 或 beta 缩放</translation>
    </message>
    <message>
      <source>the weight is shared with another layer</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>另一层共用该权重</translation>
    </message>
    <message>
      <source>the weight of the preceding layer is not constant</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>前一层的权重由计算得出，不是常量</translation>
    </message>
    <message>
      <source>the weight of the preceding layer is not float32</source>
      <extracomment>workbench/graph/prepare/fold_batchnorm.py</extracomment>
      <translation>前一层的权重不是 float32</translation>
    </message>
    <message>
      <source>Arithmetic on weights folded</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已合并对权重的算术运算</translation>
    </message>
    <message>
      <source>BatchNorm folded</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>BatchNorm 已折叠</translation>
    </message>
    <message>
      <source>Constant folding on weights</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>权重上的常量折叠</translation>
    </message>
    <message>
      <source>Constants turned into initialisers</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>常量转为初始值</translation>
    </message>
    <message>
      <source>Einsum as matrix products</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>Einsum 改写为矩阵乘积</translation>
    </message>
    <message>
      <source>Exporter metadata removed</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已移除导出器元数据</translation>
    </message>
    <message>
      <source>Format updated</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>旧格式已升级</translation>
    </message>
    <message>
      <source>Functions inlined</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>函数已内联</translation>
    </message>
    <message>
      <source>Fused operators split</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>融合算子已拆分</translation>
    </message>
    <message>
      <source>Hard swish fused</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>融合 Hard swish</translation>
    </message>
    <message>
      <source>IR version {ir_version} -&gt; {functions_since}</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>IR 版本 {ir_version} -&gt; {functions_since}</translation>
    </message>
    <message>
      <source>Padding folded</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>折叠填充</translation>
    </message>
    <message>
      <source>Unused parts removed</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>未使用的部分已移除</translation>
    </message>
    <message>
      <source>float16 weights converted to float32, {grown:,} bytes more</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>float16 权重已扩展为 float32，增加 {grown:,} 字节</translation>
    </message>
    <message>
      <source>kept: {reason}</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>保留：{reason}</translation>
    </message>
    <message>
      <source>skipped: it failed on this model</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已跳过：在此模型上失败</translation>
    </message>
    <message>
      <source>{count} not folded: {reason}</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{count} 个未折叠：{reason}</translation>
    </message>
    <message>
      <source>{folded} BatchNormalization folded into the preceding layer</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{folded} 个 BatchNormalization 已折叠进前一层</translation>
    </message>
    <message>
      <source>{n:,} constants</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n:,} 个常量</translation>
    </message>
    <message>
      <source>{n:,} operators</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n:,} 个算子</translation>
    </message>
    <message>
      <source>{n} Constant nodes turned into initialisers</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n} 个 Constant 节点已转为初始值</translation>
    </message>
    <message>
      <source>{n} Einsum with a weight turned into MatMul</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n} 个带权重的 Einsum 已改写为 MatMul</translation>
    </message>
    <message>
      <source>{n} Pad folded into the next convolution</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n} 个 Pad 折叠到后续卷积中</translation>
    </message>
    <message>
      <source>{n} computed</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已计算 {n} 个</translation>
    </message>
    <message>
      <source>{n} constant operators folded</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已折叠 {n} 个常量算子</translation>
    </message>
    <message>
      <source>{n} functions inlined</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已内联 {n} 个函数</translation>
    </message>
    <message>
      <source>{n} fused</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已融合 {n} 处</translation>
    </message>
    <message>
      <source>{n} initialisers no longer listed as inputs</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n} 个初始值不再列为输入</translation>
    </message>
    <message>
      <source>{n} weights not folded, because they are used in several forms</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n} 个权重未折叠，因为以多种形式使用</translation>
    </message>
    <message>
      <source>{n} written as what they fuse</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{n} 个已改写为其所融合的算子</translation>
    </message>
    <message>
      <source>{parts} without effect on any output, {saved:,} bytes</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>{parts} 个输出不需要的部分，{saved:,} 字节</translation>
    </message>
    <message>
      <source>{saved:,} bytes of exporter metadata removed</source>
      <extracomment>workbench/graph/prepare/passes.py</extracomment>
      <translation>已移除 {saved:,} 字节的导出器元数据</translation>
    </message>
    <message>
      <source>Export the model again.</source>
      <extracomment>workbench/graph/prepare/raise_opset.py</extracomment>
      <translation>请重新导出模型。</translation>
    </message>
    <message>
      <source>ONNX's version converter failed ({first}).</source>
      <extracomment>workbench/graph/prepare/raise_opset.py</extracomment>
      <translation>ONNX 的转换器无法完成（{first}）。</translation>
    </message>
    <message>
      <source>ONNX's version converter renames its nodes.</source>
      <extracomment>workbench/graph/prepare/raise_opset.py</extracomment>
      <translation>ONNX 的转换器会改变节点的名称。</translation>
    </message>
    <message>
      <source>int4 per group of {block}</source>
      <extracomment>workbench/graph/rewrite/editor.py</extracomment>
      <translation>int4，每组（{block} 个）</translation>
    </message>
    <message>
      <source>{n} layers: {words}</source>
      <extracomment>workbench/graph/rewrite/editor.py</extracomment>
      <translation>{n} 层：{words}</translation>
    </message>
    <message>
      <source>It is factorised; activation quantisation is for whole layers.</source>
      <extracomment>workbench/graph/rewrite/qdq.py</extracomment>
      <translation>它已是因子链；激活值的量化只用于整层。</translation>
    </message>
    <message>
      <source>Its weight has several readers, which would need different quantisation levels.</source>
      <extracomment>workbench/graph/rewrite/qdq.py</extracomment>
      <translation>它的权重在多处被读取，各处需要不同的量化级别。</translation>
    </message>
    <message>
      <source>Its weight is the left operand, for which ONNX Runtime has no integer kernel.</source>
      <extracomment>workbench/graph/rewrite/qdq.py</extracomment>
      <translation>它的权重是左操作数，ONNX Runtime 没有相应的整数内核。</translation>
    </message>
    <message>
      <source>ONNX Runtime has no integer kernel for {op} with a weight of this shape.</source>
      <extracomment>workbench/graph/rewrite/qdq.py</extracomment>
      <translation>ONNX Runtime 没有适用于此类权重的 {op} 整数内核。</translation>
    </message>
    <message>
      <source>ONNX Runtime's 4-bit kernel is for MatMul only.</source>
      <extracomment>workbench/graph/rewrite/qdq.py</extracomment>
      <translation>ONNX Runtime 的 4 位内核只用于 MatMul。</translation>
    </message>
    <message>
      <source>ONNX Runtime's dynamically quantised convolution supports two dimensions only.</source>
      <extracomment>workbench/graph/rewrite/qdq.py</extracomment>
      <translation>ONNX Runtime 动态量化激活值的整数卷积只有二维的。</translation>
    </message>
    <message>
      <source>{op} cannot be written as a chain of layers.</source>
      <extracomment>workbench/graph/storage/chain.py</extracomment>
      <translation>{op} 不能写成层的链。</translation>
    </message>
    <message>
      <source>4-bit kernel</source>
      <extracomment>workbench/graph/storage/kernels.py</extracomment>
      <translation>4 位内核</translation>
    </message>
    <message>
      <source>8-bit activations</source>
      <extracomment>workbench/graph/storage/kernels.py</extracomment>
      <translation>8 位激活值</translation>
    </message>
    <message>
      <source>8-bit activations, dynamic</source>
      <extracomment>workbench/graph/storage/kernels.py</extracomment>
      <translation>8 位激活值，动态量化</translation>
    </message>
    <message>
      <source>packed in memory</source>
      <extracomment>workbench/graph/storage/kernels.py</extracomment>
      <translation>以打包形式驻留内存</translation>
    </message>
    <message>
      <source>Use quantize.affine.</source>
      <extracomment>workbench/graph/subgraph/cut.py</extracomment>
      <translation>请使用 quantize.affine。</translation>
    </message>
    <message>
      <source>{path}: no product takes the rows of this table as the weights of its outputs.</source>
      <extracomment>workbench/graph/subgraph/cut.py</extracomment>
      <translation>{path}：没有乘积以该表的行作为其输出的权重。</translation>
    </message>
    <message>
      <source>{path}: {locked}</source>
      <extracomment>workbench/graph/subgraph/cut.py</extracomment>
      <translation>{path}：{locked}</translation>
    </message>
    <message>
      <source>Choose a one-layer student.</source>
      <extracomment>workbench/graph/subgraph/replace.py</extracomment>
      <translation>请选择单个层作为学生。</translation>
    </message>
    <message>
      <source>{module} maps {before} to {after}: it cannot be removed.</source>
      <extracomment>workbench/graph/subgraph/replace.py</extracomment>
      <translation>{module} 把 {before} 映射为 {after}：不能移除。</translation>
    </message>
    <message>
      <source>{module} maps {before} to {after}: no linear layer can replace it.</source>
      <extracomment>workbench/graph/subgraph/replace.py</extracomment>
      <translation>{module} 把 {before} 映射为 {after}：没有线性层可以代替它。</translation>
    </message>
    <message>
      <source>{module} maps {before} to {after}: no single layer can replace it.</source>
      <extracomment>workbench/graph/subgraph/replace.py</extracomment>
      <translation>{module} 把 {before} 映射为 {after}：没有单个层可以代替它。</translation>
    </message>
    <message>
      <source>{module} maps {before} to {after}: no stride gives these sizes.</source>
      <extracomment>workbench/graph/subgraph/replace.py</extracomment>
      <translation>{module} 把 {before} 映射为 {after}：没有步幅能得到这些大小。</translation>
    </message>
    <message>
      <source>Choose a module from the layer list.</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>请从层列表中选择一个模块。</translation>
    </message>
    <message>
      <source>Choose another module, or another method.</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>请选择其他模块或其他方法。</translation>
    </message>
    <message>
      <source>The input and output sizes of {module} are known only at run time.</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>{module} 的输入和输出大小只有在运行时才知道。</translation>
    </message>
    <message>
      <source>There is no module '{module}' with editable layers.</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>没有名为“{module}”且含可编辑层的模块。</translation>
    </message>
    <message>
      <source>the outputs</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>输出</translation>
    </message>
    <message>
      <source>{module} cannot be replaced on its own: between its input and its output there is also {more}.</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>{module} 不能单独切出：在它唯一的输入值与唯一的输出值之间还有 {more}。</translation>
    </message>
    <message>
      <source>{module} has {n} inputs ({received}) and {given} outputs ({inputs}); a student has one input and one output.</source>
      <extracomment>workbench/graph/subgraph/span.py</extracomment>
      <translation>{module} 有 {n} 个输入（{received}）和 {given} 个输出（{inputs}）；学生各只有一个。</translation>
    </message>
    <message>
      <source>with {name}={value}</source>
      <extracomment>workbench/graph/torch/torch_ops/arithmetic.py</extracomment>
      <translation>（{name}={value}）</translation>
    </message>
    <message>
      <source>with fewer than three axes</source>
      <extracomment>workbench/graph/torch/torch_ops/norms.py</extracomment>
      <translation>（少于三个轴）</translation>
    </message>
    <message>
      <source>{op} with input {index}</source>
      <extracomment>workbench/graph/torch/torch_ops/operator.py</extracomment>
      <translation>{op}（带输入 {index}）</translation>
    </message>
    <message>
      <source>{op} with output {index}</source>
      <extracomment>workbench/graph/torch/torch_ops/operator.py</extracomment>
      <translation>{op}（带输出 {index}）</translation>
    </message>
    <message>
      <source>{op} with {name}={value}</source>
      <extracomment>workbench/graph/torch/torch_ops/operator.py</extracomment>
      <translation>{op}（{name}={value}）</translation>
    </message>
    <message>
      <source>with sequences of different lengths</source>
      <extracomment>workbench/graph/torch/torch_ops/recurrent.py</extracomment>
      <translation>（序列长度不一）</translation>
    </message>
    <message>
      <source>of a scalar</source>
      <extracomment>workbench/graph/torch/torch_ops/reductions.py</extracomment>
      <translation>（标量）</translation>
    </message>
    <message>
      <source>Choose a method that needs no gradients.</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>请选择不需要梯度的方法。</translation>
    </message>
    <message>
      <source>No trainable layer leads to the first output of the model.</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>没有可学习的层通向模型的第一个输出。</translation>
    </message>
    <message>
      <source>ONNX Runtime fuses some of its operators, and the result differs from torch {amount}</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>ONNX Runtime 融合了其中的算子，结果与 torch 的计算不同：{amount}</translation>
    </message>
    <message>
      <source>by {differing:.1g} of its largest value</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>相差其最大值的 {differing:.1g}</translation>
    </message>
    <message>
      <source>in shape</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>形状不同</translation>
    </message>
    <message>
      <source>it produces the first output of the model</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>模型的第一个输出由它产生</translation>
    </message>
    <message>
      <source>its inputs are rounded differently, and its result differs from ONNX Runtime {amount}</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>它之前的值舍入不同，结果与 ONNX Runtime 不同：{amount}</translation>
    </message>
    <message>
      <source>its result in torch differs from ONNX Runtime {amount}</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>torch 算得的结果与 ONNX Runtime 不同：{amount}</translation>
    </message>
    <message>
      <source>its torch version does not run on these inputs</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>其 torch 视图无法在这些输入上运行</translation>
    </message>
    <message>
      <source>the input '{name}', which holds no numbers</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>输入 '{name}'（其中没有数值）</translation>
    </message>
    <message>
      <source>torch cannot run it as used here</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>它在此处的用法无法在 torch 中运行</translation>
    </message>
    <message>
      <source>torch has no derivative for one of its operators</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>torch 没有其中某个算子的导数</translation>
    </message>
    <message>
      <source>{op} {error}</source>
      <extracomment>workbench/graph/torch/torch_proof.py</extracomment>
      <translation>{op} {error}</translation>
    </message>
    <message>
      <source>Gradients cannot pass through {where}.</source>
      <extracomment>workbench/graph/torch/torch_view.py</extracomment>
      <translation>梯度无法通过 {where}。</translation>
    </message>
    <message>
      <source>Gradients cannot pass through {where}: {why}.</source>
      <extracomment>workbench/graph/torch/torch_view.py</extracomment>
      <translation>梯度无法通过 {where}：{why}。</translation>
    </message>
    <message>
      <source>{subject} (node '{node}')</source>
      <extracomment>workbench/graph/torch/torch_view.py</extracomment>
      <translation>{subject}（节点“{node}”）</translation>
    </message>
    <message>
      <source>Apply it with a recipe.</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>请通过配方应用它。</translation>
    </message>
    <message>
      <source>Model &gt; Preparation offers to raise the opset; on the command line, --raise-opset does.</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>可在“模型 &gt; 预处理”中提升算子集版本；命令行中使用 --raise-opset。</translation>
    </message>
    <message>
      <source>The methods are: {known}.</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>可用的方法：{known}。</translation>
    </message>
    <message>
      <source>There is no method '{method}'.</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>没有方法 '{method}'。</translation>
    </message>
    <message>
      <source>keeps its channel scales</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>保持其通道缩放</translation>
    </message>
    <message>
      <source>stays unchanged</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>保持不变</translation>
    </message>
    <message>
      <source>stays unpruned</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>未剪枝</translation>
    </message>
    <message>
      <source>{id} changes several layers at once; it cannot edit a single layer.</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>{id} 同时改变多个层；不能只编辑一层。</translation>
    </message>
    <message>
      <source>{step} needs opset {needed}, and the model has opset {opset}.</source>
      <extracomment>workbench/methods/base/method.py</extracomment>
      <translation>{step}需要 opset {needed}，而模型的 opset 为 {opset}。</translation>
    </message>
    <message>
      <source>The method file {family}/{module}.py</source>
      <extracomment>workbench/methods/base/plugins.py</extracomment>
      <translation>方法文件 {family}/{module}.py</translation>
    </message>
    <message>
      <source>apply gives an Edit, not a {type}</source>
      <extracomment>workbench/methods/base/plugins.py</extracomment>
      <translation>apply 须返回 Edit，而不是 {type}</translation>
    </message>
    <message>
      <source>{id}: '{name}' is not a string</source>
      <extracomment>workbench/methods/base/plugins.py</extracomment>
      <translation>{id}：其 {name} 不是文本</translation>
    </message>
    <message>
      <source>rank {rank} is above the break-even rank {even}: the layer grows</source>
      <extracomment>workbench/methods/base/ranks.py</extracomment>
      <translation>秩 {rank} 高于盈亏平衡点 {even}：该层变大</translation>
    </message>
    <message>
      <source>rank {rank} of {full}</source>
      <extracomment>workbench/methods/base/ranks.py</extracomment>
      <translation>秩 {rank} / {full}</translation>
    </message>
    <message>
      <source>its input keeps only {kept:.0f} dB on 8-bit levels (median of {n} places): outliers take the range; try SmoothQuant, or a percentile</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>其输入在 8 位量化级别上仅保留 {kept:.0f} dB（{n} 个位置的中位数）：离群值占据了范围；可尝试 SmoothQuant 或百分位数</translation>
    </message>
    <message>
      <source>its input keeps only {kept:.0f} dB on 8-bit levels in blocks of {block} (median of {n} places): outliers take the range; multiply in float</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>其输入在每块 {block} 个的 8 位量化级别上仅保留 {kept:.0f} dB（{n} 个位置的中位数）：离群值占据了范围；请用浮点相乘</translation>
    </message>
    <message>
      <source>its input keeps only {kept:.0f} dB on the 8-bit levels of a batch of all samples (median of {n} places): outliers take the range; try SmoothQuant</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>把全部样本作为一批时，其输入在 8 位量化级别上仅保留 {kept:.0f} dB（{n} 个位置的中位数）：离群值占据了范围；可尝试 SmoothQuant</translation>
    </message>
    <message>
      <source>its input was not checked for outliers: {why}</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>未检查其输入的离群值：{why}</translation>
    </message>
    <message>
      <source>without data, its input is not checked for outliers, which take the range of 8-bit levels</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>没有数据，未检查其输入的离群值（离群值会占据 8 位量化级别的范围）</translation>
    </message>
    <message>
      <source>{lost} of {used} output channels are too weak beside the others for their common 8-bit levels, and become zero</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>{used} 个输出通道中有 {lost} 个与其他通道相比过弱，在共用的 8 位量化级别上变为零</translation>
    </message>
    <message>
      <source>{low} of {count} scales are too small beside those of the input for 32-bit floats, and are larger in the file</source>
      <extracomment>workbench/methods/common/activation_levels.py</extracomment>
      <translation>{count} 个缩放系数中有 {low} 个与输入的缩放系数相乘后低于 32 位浮点数的下限，在文件中会取更大的值</translation>
    </message>
    <message>
      <source>Its table is read in several places, as a tied head does: rows that are looked up cannot have factors of the head's inputs. Use quantize.affine.</source>
      <extracomment>workbench/methods/common/channel_scales.py</extracomment>
      <translation>它的表在多处被读取（如共享权重的输出头）：查表得到的行不能带有输出头输入的系数。请用 quantize.affine。</translation>
    </message>
    <message>
      <source>Its weight is the left operand; its input channels are not the last axis.</source>
      <extracomment>workbench/methods/common/channel_scales.py</extracomment>
      <translation>它的权重是左操作数；其输入通道不是最后一轴。</translation>
    </message>
    <message>
      <source>Scaling input channels is not supported for grouped convolutions.</source>
      <extracomment>workbench/methods/common/channel_scales.py</extracomment>
      <translation>分组卷积不支持缩放输入通道。</translation>
    </message>
    <message>
      <source>Scaling input channels is supported for convolutions and MatMul/Gemm, not for {op}.</source>
      <extracomment>workbench/methods/common/channel_scales.py</extracomment>
      <translation>缩放输入通道适用于卷积和 MatMul/Gemm，不适用于 {op}。</translation>
    </message>
    <message>
      <source>A grouped or depthwise convolution has no single matrix to factorise.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>分组卷积或深度卷积没有单一矩阵可供分解。</translation>
    </message>
    <message>
      <source>A matrix with a single row or column already has rank 1.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>只有一行或一列的矩阵秩已经是 1。</translation>
    </message>
    <message>
      <source>Convolutions with other strides, pads or dilations share its weight.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>步长、填充或间隔不同的卷积共用其权重。</translation>
    </message>
    <message>
      <source>Gradients of {op} layers are not supported.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>不支持 {op} 层的梯度。</translation>
    </message>
    <message>
      <source>Its padding depends on the input's size (auto_pad).</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>它的填充取决于输入大小（auto_pad）。</translation>
    </message>
    <message>
      <source>Its table is looked up and multiplied with: its levels are in groups (granularity: group).</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>其表既用于查找又参与乘法：其量化级别按组划分（granularity: group）。</translation>
    </message>
    <message>
      <source>Its table is read in several places, as a tied head does: errors that this method moves between columns cancel in products, not in rows that are looked up. Use quantize.affine.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>它的表在多处被读取（如共享权重的输出头）：此方法在列之间转移的误差在乘积中抵消，在查表得到的行中不抵消。请用 quantize.affine。</translation>
    </message>
    <message>
      <source>Only a 2-D convolution with a kernel larger than 1 can be split like this.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>只有核大于 1 的二维卷积才能这样拆分。</translation>
    </message>
    <message>
      <source>This method does not support {op} layers: it needs their inputs.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>此方法不支持 {op} 层：它需要该层的输入。</translation>
    </message>
    <message>
      <source>{also} also reads its weight, in another form, so it must stay one tensor.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>{also} 也以另一种形式读取它的权重：它保持为一个张量。</translation>
    </message>
    <message>
      <source>{op} cannot be factorised into two layers.</source>
      <extracomment>workbench/methods/common/factors.py</extracomment>
      <translation>{op} 不能分解为两层。</translation>
    </message>
    <message>
      <source>{bits}-bit levels take {stored} bits each where they are packed</source>
      <extracomment>workbench/methods/common/grids.py</extracomment>
      <translation>{bits} 位的量化级别在打包存储时每个占 {stored} 位</translation>
    </message>
    <message>
      <source>Per-tensor weight scales need only opset {least}.</source>
      <extracomment>workbench/methods/common/integers.py</extracomment>
      <translation>若整个权重共用一个缩放系数，opset {least} 即可。</translation>
    </message>
    <message>
      <source>int8 accumulation saturates on this CPU, which the figures include; reduced range avoids it</source>
      <extracomment>workbench/methods/common/integers.py</extracomment>
      <translation>8 位乘积在此处理器上会饱和，数字已如实反映；缩小范围可避免</translation>
    </message>
    <message>
      <source>integer kernels are</source>
      <extracomment>workbench/methods/common/integers.py</extracomment>
      <translation>整数内核</translation>
    </message>
    <message>
      <source>its {bits}-bit levels are rounded to {levels} bits (reduced range)</source>
      <extracomment>workbench/methods/common/integers.py</extracomment>
      <translation>其 {bits} 位量化级别舍入为 {levels} 位（缩减的范围）</translation>
    </message>
    <message>
      <source>Give a larger data set.</source>
      <extracomment>workbench/methods/common/responses.py</extracomment>
      <translation>请提供更大的数据集。</translation>
    </message>
    <message>
      <source>There are too few calibration samples to train the layer.</source>
      <extracomment>workbench/methods/common/responses.py</extracomment>
      <translation>校准样本太少，无法训练该层。</translation>
    </message>
    <message>
      <source>response error {before:.1f} % → {after:.1f} % by training</source>
      <extracomment>workbench/methods/common/responses.py</extracomment>
      <translation>训练使响应误差 {before:.1f} % → {after:.1f} %</translation>
    </message>
    <message>
      <source>response error {before:.1f} % → {after:.1f} % by training, stopped after {end:,} of {steps:,} steps</source>
      <extracomment>workbench/methods/common/responses.py</extracomment>
      <translation>经训练，输出误差 {before:.1f} % → {after:.1f} %，在 {steps:,} 步中的第 {end:,} 步后停止</translation>
    </message>
    <message>
      <source>training on the layer's outputs</source>
      <extracomment>workbench/methods/common/responses.py</extracomment>
      <translation>正在按层输出训练</translation>
    </message>
    <message>
      <source>A 1 x 1 convolution cannot be made depthwise separable.</source>
      <extracomment>workbench/methods/common/students.py</extracomment>
      <translation>1 x 1 卷积没有可以与通道分离的卷积核。</translation>
    </message>
    <message>
      <source>Only a convolution can be replaced by a depthwise separable or grouped convolution.</source>
      <extracomment>workbench/methods/common/students.py</extracomment>
      <translation>只有卷积层才能有深度可分离或分组卷积的学生。</translation>
    </message>
    <message>
      <source>{inputs} inputs and {outputs} outputs cannot both be divided into {groups} groups.</source>
      <extracomment>workbench/methods/common/students.py</extracomment>
      <translation>{inputs} 个输入和 {outputs} 个输出不能同时平均分成 {groups} 组。</translation>
    </message>
    <message>
      <source>An embedding has indices as inputs, which it cannot be trained on.</source>
      <extracomment>workbench/methods/distill/layer.py</extracomment>
      <translation>嵌入层的输入是索引，无法在其上训练。</translation>
    </message>
    <message>
      <source>{parameters:,} weights instead of {count:,}: the layer grows</source>
      <extracomment>workbench/methods/distill/layer.py</extracomment>
      <translation>{parameters:,} 个权重代替 {count:,} 个：该层变大</translation>
    </message>
    <message>
      <source>Several operators share its weight, with different inputs.</source>
      <extracomment>workbench/methods/distill/refine.py</extracomment>
      <translation>多个算子共用其权重，输入各不相同。</translation>
    </message>
    <message>
      <source>CP finds no decomposition of this layer with {rank} terms.</source>
      <extracomment>workbench/methods/lowrank/cp.py</extracomment>
      <translation>CP 找不到该层含 {rank} 项的分解。</translation>
    </message>
    <message>
      <source>Lower the rank, or use Tucker.</source>
      <extracomment>workbench/methods/lowrank/cp.py</extracomment>
      <translation>请降低秩，或使用 Tucker。</translation>
    </message>
    <message>
      <source>decomposing</source>
      <extracomment>workbench/methods/lowrank/cp.py</extracomment>
      <translation>正在分解</translation>
    </message>
    <message>
      <source>{used:,} weights instead of {count:,}: the layer grows</source>
      <extracomment>workbench/methods/lowrank/cp.py</extracomment>
      <translation>{used:,} 个权重代替 {count:,} 个：该层变大</translation>
    </message>
    <message>
      <source>Give more data.</source>
      <extracomment>workbench/methods/lowrank/response.py</extracomment>
      <translation>请提供更多数据。</translation>
    </message>
    <message>
      <source>fitting the response</source>
      <extracomment>workbench/methods/lowrank/response.py</extracomment>
      <translation>正在拟合响应</translation>
    </message>
    <message>
      <source>{path}: there are too few calibration samples for rank {rank}.</source>
      <extracomment>workbench/methods/lowrank/response.py</extracomment>
      <translation>{path}：校准样本太少，不足以得到秩 {rank}。</translation>
    </message>
    <message>
      <source>factorising the clusters</source>
      <extracomment>workbench/methods/lowrank/subspace.py</extracomment>
      <translation>正在分解各簇</translation>
    </message>
    <message>
      <source>{n} clusters, ranks {lefts}</source>
      <extracomment>workbench/methods/lowrank/subspace.py</extracomment>
      <translation>{n} 簇，秩 {lefts}</translation>
    </message>
    <message>
      <source>Only a convolution with a kernel larger than 1 can be split like this.</source>
      <extracomment>workbench/methods/lowrank/tucker.py</extracomment>
      <translation>只有核大于 1 的卷积才能这样拆分。</translation>
    </message>
    <message>
      <source>ranks {rank} of {outputs} outputs, {in_rank} of {inputs} inputs</source>
      <extracomment>workbench/methods/lowrank/tucker.py</extracomment>
      <translation>输出秩 {rank} / {outputs}，输入秩 {in_rank} / {inputs}</translation>
    </message>
    <message>
      <source>ranks {rank} of {outputs} outputs, {in_rank} of {inputs} inputs: the layer grows</source>
      <extracomment>workbench/methods/lowrank/tucker.py</extracomment>
      <translation>输出秩 {rank} / {outputs}，输入秩 {in_rank} / {inputs}：该层变大</translation>
    </message>
    <message>
      <source>Choose another criterion.</source>
      <extracomment>workbench/methods/prune/channels.py</extracomment>
      <translation>请选择其他准则。</translation>
    </message>
    <message>
      <source>No BatchNorm follows the layer, so this criterion has no channel importance.</source>
      <extracomment>workbench/methods/prune/channels.py</extracomment>
      <translation>该层之后没有 BatchNorm，因此此准则得不到通道的重要性。</translation>
    </message>
    <message>
      <source>Removing output channels of {op} layers is not supported.</source>
      <extracomment>workbench/methods/prune/channels.py</extracomment>
      <translation>不支持移除 {op} 层的输出通道。</translation>
    </message>
    <message>
      <source>comparing channels</source>
      <extracomment>workbench/methods/prune/channels.py</extracomment>
      <translation>正在比较通道</translation>
    </message>
    <message>
      <source>a common threshold is</source>
      <extracomment>workbench/methods/prune/magnitude.py</extracomment>
      <translation>共同的阈值</translation>
    </message>
    <message>
      <source>N must not exceed M.</source>
      <extracomment>workbench/methods/prune/nm.py</extracomment>
      <translation>N 不能大于 M。</translation>
    </message>
    <message>
      <source>{path}: cannot keep {n} of {m} weights.</source>
      <extracomment>workbench/methods/prune/nm.py</extracomment>
      <translation>{path}：无法在每 {m} 个中保留 {n} 个。</translation>
    </message>
    <message>
      <source>gradients are</source>
      <extracomment>workbench/methods/prune/saliency.py</extracomment>
      <translation>梯度</translation>
    </message>
    <message>
      <source>pruning {path}</source>
      <extracomment>workbench/methods/prune/sparsegpt.py</extracomment>
      <translation>正在剪枝 {path}</translation>
    </message>
    <message>
      <source>conserving synaptic flow</source>
      <extracomment>workbench/methods/prune/synflow.py</extracomment>
      <translation>正在保持突触流</translation>
    </message>
    <message>
      <source>synaptic flow is</source>
      <extracomment>workbench/methods/prune/synflow.py</extracomment>
      <translation>突触流</translation>
    </message>
    <message>
      <source>optimising the rounding</source>
      <extracomment>workbench/methods/quantize/adaround.py</extracomment>
      <translation>正在优化取整</translation>
    </message>
    <message>
      <source>sensitivities are</source>
      <extracomment>workbench/methods/quantize/affine.py</extracomment>
      <translation>敏感度</translation>
    </message>
    <message>
      <source>input channel scales are</source>
      <extracomment>workbench/methods/quantize/awq.py</extracomment>
      <translation>输入通道的系数</translation>
    </message>
    <message>
      <source>Several operators share its weight, with different biases.</source>
      <extracomment>workbench/methods/quantize/bias_correction.py</extracomment>
      <translation>多个算子共用其权重，偏置各不相同。</translation>
    </message>
    <message>
      <source>A block needs at least {smallest} inputs, but this layer has {matrix}.</source>
      <extracomment>workbench/methods/quantize/blockwise.py</extracomment>
      <translation>一个块至少有 {smallest} 个输入，而该层有 {matrix} 个。</translation>
    </message>
    <message>
      <source>the 4-bit kernel is</source>
      <extracomment>workbench/methods/quantize/blockwise.py</extracomment>
      <translation>4 位内核</translation>
    </message>
    <message>
      <source>the input range is computed over the whole batch, so a sample's output depends on the other samples in its batch</source>
      <extracomment>workbench/methods/quantize/dynamic.py</extracomment>
      <translation>其输入的量化级别在整个批次上求得，因此一个样本的输出取决于同一批次中的其他样本</translation>
    </message>
    <message>
      <source>Rescaling output channels of {op} layers is not supported.</source>
      <extracomment>workbench/methods/quantize/equalize.py</extracomment>
      <translation>不支持重新缩放 {op} 层的输出通道。</translation>
    </message>
    <message>
      <source>equalising</source>
      <extracomment>workbench/methods/quantize/equalize.py</extracomment>
      <translation>正在均衡</translation>
    </message>
    <message>
      <source>{n:,} weights are clipped to {largest:,.0f}, the largest number of the format</source>
      <extracomment>workbench/methods/quantize/float.py</extracomment>
      <translation>{n:,} 个权重被截断到该格式的最大值 {largest:,.0f}</translation>
    </message>
    <message>
      <source>{n:,} weights are smaller than the format can hold and become zero</source>
      <extracomment>workbench/methods/quantize/float.py</extracomment>
      <translation>{n:,} 个权重小于该格式所能表示的最小值，变为零</translation>
    </message>
    <message>
      <source>Its groups would not lie along the input of a channel.</source>
      <extracomment>workbench/methods/quantize/gptq.py</extracomment>
      <translation>其分组不会沿通道的输入方向排列。</translation>
    </message>
    <message>
      <source>rounding {path}</source>
      <extracomment>workbench/methods/quantize/gptq.py</extracomment>
      <translation>正在舍入 {path}</translation>
    </message>
    <message>
      <source>Recommended for this layer</source>
      <extracomment>workbench/ui/actions/adding/add_menu.py</extracomment>
      <translation>适合此层的步骤</translation>
    </message>
    <message>
      <source>Search methods</source>
      <extracomment>workbench/ui/actions/adding/add_menu.py</extracomment>
      <translation>搜索方法</translation>
    </message>
    <message>
      <source>Add this step</source>
      <extracomment>workbench/ui/actions/adding/menu.py</extracomment>
      <translation>添加此步骤</translation>
    </message>
    <message>
      <source>How it works</source>
      <extracomment>workbench/ui/actions/card/explanation.py</extracomment>
      <translation>原理</translation>
    </message>
    <message>
      <source>How {title} works, its formula and source</source>
      <extracomment>workbench/ui/actions/card/explanation.py</extracomment>
      <translation>{title}的原理、公式和出处</translation>
    </message>
    <message>
      <source>A step that is switched off stays in the recipe without effect</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>关闭的步骤仍留在配方中，但不起任何作用</translation>
    </message>
    <message>
      <source>Apply {title}</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>应用{title}</translation>
    </message>
    <message>
      <source>Drag the step to another place ({up}, {down}), or onto a layer of the tree to copy it there</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>将步骤拖到其他位置（{up}、{down}），或拖到层列表中的某一层以复制到该层</translation>
    </message>
    <message>
      <source>Move {title} down</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>下移{title}</translation>
    </message>
    <message>
      <source>Move {title} up</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>上移{title}</translation>
    </message>
    <message>
      <source>Remove {title}</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>移除{title}</translation>
    </message>
    <message>
      <source>Replace with another method</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>换用其他方法</translation>
    </message>
    <message>
      <source>Replace {title}</source>
      <extracomment>workbench/ui/actions/card/head.py</extracomment>
      <translation>替换{title}</translation>
    </message>
    <message>
      <source>Ends training and keeps the best weights so far.</source>
      <extracomment>workbench/ui/actions/card/learning.py</extracomment>
      <translation>结束训练，并保留到目前为止最好的权重。</translation>
    </message>
    <message>
      <source>Response error</source>
      <extracomment>workbench/ui/actions/card/learning.py</extracomment>
      <translation>响应误差</translation>
    </message>
    <message>
      <source>Stop here</source>
      <extracomment>workbench/ui/actions/card/learning.py</extracomment>
      <translation>在此停止</translation>
    </message>
    <message>
      <source>step {step}: {error} of the outputs' variance</source>
      <extracomment>workbench/ui/actions/card/learning.py</extracomment>
      <translation>第 {step} 步：输出方差的 {error}</translation>
    </message>
    <message>
      <source>{text} ({keys})</source>
      <extracomment>workbench/ui/actions/card/reorder.py</extracomment>
      <translation>{text}（{keys}）</translation>
    </message>
    <message>
      <source>This method is not installed; the step cannot be applied.</source>
      <extracomment>workbench/ui/actions/card/step.py</extracomment>
      <translation>此方法未安装；该步骤无法应用。</translation>
    </message>
    <message>
      <source>Low rank</source>
      <extracomment>workbench/ui/actions/families.py</extracomment>
      <translation>低秩</translation>
    </message>
    <message>
      <source>Prune</source>
      <extracomment>workbench/ui/actions/families.py</extracomment>
      <translation>剪枝</translation>
    </message>
    <message>
      <source>Quantise</source>
      <extracomment>workbench/ui/actions/families.py</extracomment>
      <translation>量化</translation>
    </message>
    <message>
      <source>Zero weights</source>
      <extracomment>workbench/ui/actions/families.py</extracomment>
      <translation>权重置零</translation>
    </message>
    <message>
      <source>At least {low}.</source>
      <extracomment>workbench/ui/actions/form/editors.py</extracomment>
      <translation>不小于 {low}。</translation>
    </message>
    <message>
      <source>Default: {value}.</source>
      <extracomment>workbench/ui/actions/form/editors.py</extracomment>
      <translation>默认值：{value}。</translation>
    </message>
    <message>
      <source>{choice} (default)</source>
      <extracomment>workbench/ui/actions/form/editors.py</extracomment>
      <translation>{choice}（默认）</translation>
    </message>
    <message>
      <source>{low} to {high}.</source>
      <extracomment>workbench/ui/actions/form/editors.py</extracomment>
      <translation>{low} 到 {high}。</translation>
    </message>
    <message>
      <source>Fewer settings</source>
      <extracomment>workbench/ui/actions/form/form.py</extracomment>
      <translation>收起设置</translation>
    </message>
    <message>
      <source>More settings ({n})</source>
      <extracomment>workbench/ui/actions/form/form.py</extracomment>
      <translation>更多设置（{n}）</translation>
    </message>
    <message>
      <source>Parameter to set</source>
      <extracomment>workbench/ui/actions/form/form.py</extracomment>
      <translation>要设置的参数</translation>
    </message>
    <message>
      <source>Show all parameters of all steps, or the basic ones first</source>
      <extracomment>workbench/ui/actions/form/form.py</extracomment>
      <translation>显示所有步骤的全部参数，或仅先显示基本参数</translation>
    </message>
    <message>
      <source>no</source>
      <extracomment>workbench/ui/actions/form/values.py</extracomment>
      <translation>否</translation>
    </message>
    <message>
      <source>yes</source>
      <extracomment>workbench/ui/actions/form/values.py</extracomment>
      <translation>是</translation>
    </message>
    <message>
      <source>{title}: {field}</source>
      <extracomment>workbench/ui/actions/form/values.py</extracomment>
      <translation>{title}：{field}</translation>
    </message>
    <message>
      <source>Cannot be edited</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>不能编辑</translation>
    </message>
    <message>
      <source>Edit again</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>恢复编辑</translation>
    </message>
    <message>
      <source>Its steps appear here, with their effect on size and accuracy.</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>这里显示其步骤，以及步骤对大小和准确率的影响。</translation>
    </message>
    <message>
      <source>Left alone: steps for several layers, presets and searches skip this layer. Adding a step to this layer alone lifts this.</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>保持不变：应用于多层的步骤、预设和搜索会跳过此层。仅在此层添加步骤即可解除。</translation>
    </message>
    <message>
      <source>Select a layer</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>选择一层</translation>
    </message>
    <message>
      <source>Steps for several layers, presets and searches include these layers again</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>应用于多层的步骤、预设和搜索将重新包括这些层</translation>
    </message>
    <message>
      <source>{count} parameters. Steps apply to all of these layers.</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>{count} 个参数。步骤应用于所有这些层。</translation>
    </message>
    <message>
      <source>{count} parameters. Steps apply to the {free} layers that can be edited.</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>{count} 个参数。步骤应用于其中可编辑的 {free} 层。</translation>
    </message>
    <message>
      <source>{n} layers</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>{n} 层</translation>
    </message>
    <message>
      <source>{n} of these {total} layers are left alone and get no steps with the others.</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>所选 {total} 层中有 {n} 层保持不变，不会与其他层一起添加步骤。</translation>
    </message>
    <message>
      <source>{what} · {count} parameters</source>
      <extracomment>workbench/ui/actions/header.py</extracomment>
      <translation>{what} · {count} 个参数</translation>
    </message>
    <message>
      <source>Steps are applied in the order {order}; pruning may follow a factorisation.</source>
      <extracomment>workbench/ui/actions/order.py</extracomment>
      <translation>步骤按 {order} 的顺序执行；剪枝可以放在低秩分解之后。</translation>
    </message>
    <message>
      <source>Add a step</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>添加步骤</translation>
    </message>
    <message>
      <source>Add {title}</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>添加{title}</translation>
    </message>
    <message>
      <source>Move {title}</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>移动{title}</translation>
    </message>
    <message>
      <source>Select a layer that can be edited.</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>请先选择可以编辑的层。</translation>
    </message>
    <message>
      <source>Steps prune, factorise, distil or quantise this layer. Add one and drag its slider: size and accuracy follow.</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>步骤可以对该层剪枝、低秩分解、蒸馏或量化。添加一个步骤并拖动滑块，大小和准确率随之更新。</translation>
    </message>
    <message>
      <source>Switch off {title}</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>关闭 {title}</translation>
    </message>
    <message>
      <source>Switch on {title}</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>开启 {title}</translation>
    </message>
    <message>
      <source>{old} → {new}</source>
      <extracomment>workbench/ui/actions/panel.py</extracomment>
      <translation>{old} → {new}</translation>
    </message>
    <message>
      <source>EVBMF estimates rank {rank} of {full}; the step keeps a rank {share} of the way from there to full rank.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>EVBMF 估计秩为 {rank}（满秩 {full}）；此步骤保留的秩位于从该值到满秩的 {share} 处。</translation>
    </message>
    <message>
      <source>On each side {rank}.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>两侧各取{rank}。</translation>
    </message>
    <message>
      <source>Rank {rank} of {full}</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>秩 {rank} / {full}</translation>
    </message>
    <message>
      <source>Rank {rank} of {full} keeps {share} of the energy</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>秩 {rank} / {full}，保留 {share} 的能量</translation>
    </message>
    <message>
      <source>Rank {rank} of {full} keeps {share} of the output's energy</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>秩 {rank} / {full}，保留输出能量的 {share}</translation>
    </message>
    <message>
      <source>Rank {rank} of {full} keeps {share} of the output's variance</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>秩 {rank} / {full}，保留输出方差的 {share}</translation>
    </message>
    <message>
      <source>Ranks {first} of {outputs} outputs and {second} of {inputs} inputs</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>输出秩 {first} / {outputs}，输入秩 {second} / {inputs}</translation>
    </message>
    <message>
      <source>Ranks {first} of {outputs} outputs and {second} of {inputs} inputs keep {share} and {other} of their energies</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>输出秩 {first} / {outputs}，输入秩 {second} / {inputs}，分别保留 {share} 和 {other} 的能量</translation>
    </message>
    <message>
      <source>Two factors with {rank}.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>两个因子，取{rank}。</translation>
    </message>
    <message>
      <source>above break-even {limit}, so the layer grows.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>高于盈亏平衡点 {limit}，该层会变大。</translation>
    </message>
    <message>
      <source>below break-even {limit}, so the layer shrinks.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>低于盈亏平衡点 {limit}，该层会变小。</translation>
    </message>
    <message>
      <source>no rank saves space in this layer.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>该层在任何秩下都不节省空间。</translation>
    </message>
    <message>
      <source>rank {rank}</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>秩 {rank}</translation>
    </message>
    <message>
      <source>the largest rank with fewer weights than now</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>权重少于现在的最大秩</translation>
    </message>
    <message>
      <source>the number of singular values above the noise edge</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>高于噪声边界的奇异值个数</translation>
    </message>
    <message>
      <source>the rank of least squared error</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>平方误差最小的秩</translation>
    </message>
    <message>
      <source>the rank that EVBMF estimates, {share} of the way to full rank</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>EVBMF 估计的秩，再向满秩移动 {share}</translation>
    </message>
    <message>
      <source>the smallest rank that keeps {share}</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>保留 {share} 的最小秩</translation>
    </message>
    <message>
      <source>{count} instead of {total} weights, so the layer grows.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>以 {count} 个权重代替 {total} 个，所以该层变大。</translation>
    </message>
    <message>
      <source>{count} instead of {total} weights, so the layer shrinks.</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>{total} 个权重变为 {count} 个，所以该层变小。</translation>
    </message>
    <message>
      <source>{first} {second}</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>{first}{second}</translation>
    </message>
    <message>
      <source>{first}; {second}</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>{first}；{second}</translation>
    </message>
    <message>
      <source>{share} of full rank</source>
      <extracomment>workbench/ui/actions/rank_sentence.py</extracomment>
      <translation>满秩的 {share}</translation>
    </message>
    <message>
      <source>Computed from the parameters; nothing was run yet.</source>
      <extracomment>workbench/ui/actions/result.py</extracomment>
      <translation>由参数算出；尚未运行。</translation>
    </message>
    <message>
      <source>SQNR {db} dB</source>
      <extracomment>workbench/ui/actions/result.py</extracomment>
      <translation>SQNR {db} dB</translation>
    </message>
    <message>
      <source>same size</source>
      <extracomment>workbench/ui/actions/result.py</extracomment>
      <translation>大小相同</translation>
    </message>
    <message>
      <source>{n} layers together</source>
      <extracomment>workbench/ui/actions/result.py</extracomment>
      <translation>{n} 层合计</translation>
    </message>
    <message>
      <source>{share} zeros</source>
      <extracomment>workbench/ui/actions/result.py</extracomment>
      <translation>零占 {share}</translation>
    </message>
    <message>
      <source>○ forecast</source>
      <extracomment>workbench/ui/actions/result.py</extracomment>
      <translation>○ 预估</translation>
    </message>
    <message>
      <source>Pruned together with {layers}.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>与下列层一并裁剪：{layers}。</translation>
    </message>
    <message>
      <source>Removes {modules} with all its layers.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>移除 {modules} 及其所有层。</translation>
    </message>
    <message>
      <source>Removes {modules} with all its layers: {before} parameters.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>移除 {modules} 及其所有层：共 {before} 个参数。</translation>
    </message>
    <message>
      <source>Replaces {modules} with all its layers.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>替换 {modules} 及其所有层。</translation>
    </message>
    <message>
      <source>Replaces {modules} with all its layers: {before} → {after} parameters.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>替换 {modules} 及其所有层：参数 {before} → {after}。</translation>
    </message>
    <message>
      <source>Weights from {low} to {high} become zero.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>从 {low} 到 {high} 的权重变为零。</translation>
    </message>
    <message>
      <source>{levels} levels in ± {edge}; {share} of the weights are out of range and clipped.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>{levels} 个量化级别，量化范围 ± {edge}；{share} 的权重超出量化范围，被截断。</translation>
    </message>
    <message>
      <source>{share} of the weights become zero.</source>
      <extracomment>workbench/ui/actions/step_sentence.py</extracomment>
      <translation>{share} 的权重变为零。</translation>
    </message>
    <message>
      <source>Copied</source>
      <extracomment>workbench/ui/base/crash.py</extracomment>
      <translation>已复制</translation>
    </message>
    <message>
      <source>Copy report</source>
      <extracomment>workbench/ui/base/crash.py</extracomment>
      <translation>复制报告</translation>
    </message>
    <message>
      <source>Internal error</source>
      <extracomment>workbench/ui/base/crash.py</extracomment>
      <translation>内部错误</translation>
    </message>
    <message>
      <source>Internal error: {summary}
Your work is kept and you can continue. If it happens again, send this report to the maintainers.</source>
      <extracomment>workbench/ui/base/crash.py</extracomment>
      <translation>内部错误：{summary}
您的工作已保留，可以继续。如果再次发生，请把此报告发给维护者。</translation>
    </message>
    <message>
      <source>Report</source>
      <extracomment>workbench/ui/base/crash.py</extracomment>
      <translation>报告</translation>
    </message>
    <message>
      <source>Cannot open this file</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>无法打开此文件</translation>
    </message>
    <message>
      <source>Choose a Python file with a function that returns the model or the data.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>请选择一个 Python 文件，其中的函数返回模型或数据。</translation>
    </message>
    <message>
      <source>Choose a function</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>选择函数</translation>
    </message>
    <message>
      <source>Connect</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>连接</translation>
    </message>
    <message>
      <source>Connecting signs in to {place} with your account. Do this only if you know that computer.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>连接时会用您的账户登录到 {place}。仅在您了解该计算机时才这样做。</translation>
    </message>
    <message>
      <source>File on another computer</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>文件位于另一台计算机</translation>
    </message>
    <message>
      <source>Function in {name} that returns the model or the data:</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>{name} 中返回模型或数据的函数：</translation>
    </message>
    <message>
      <source>Opening {path} runs the Python code in {file}.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>打开 {path} 会运行 {file} 中的 Python 代码。</translation>
    </message>
    <message>
      <source>Otherwise the steps of all layers and the snapshots are lost.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>否则，所有层的步骤和快照都会丢失。</translation>
    </message>
    <message>
      <source>Otherwise the steps of all layers are lost.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>否则，所有层的步骤都会丢失。</translation>
    </message>
    <message>
      <source>Run this code?</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>运行此代码？</translation>
    </message>
    <message>
      <source>Save the recipe first?</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>要先保存配方吗？</translation>
    </message>
    <message>
      <source>Save the session first?</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>要先保存会话吗？</translation>
    </message>
    <message>
      <source>The code can read, change and send your files. Run it only if you wrote it or trust its author.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>代码可以读取、修改和发送您的文件。只有代码是您写的，或您信任其作者时才运行。</translation>
    </message>
    <message>
      <source>Trust and run</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>信任并运行</translation>
    </message>
    <message>
      <source>Unsaved recipe</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>配方未保存</translation>
    </message>
    <message>
      <source>Unsaved session</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>会话未保存</translation>
    </message>
    <message>
      <source>{path} defines no function.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>{path} 没有定义函数。</translation>
    </message>
    <message>
      <source>{path} is on another computer.</source>
      <extracomment>workbench/ui/base/dialogs.py</extracomment>
      <translation>{path} 位于另一台计算机上。</translation>
    </message>
    <message>
      <source>Choose…</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>选择…</translation>
    </message>
    <message>
      <source>It returns the module and its example inputs. Its code is run.</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>它返回模块及其示例输入。其代码会被运行。</translation>
    </message>
    <message>
      <source>Name in timm</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>timm 中的名称</translation>
    </message>
    <message>
      <source>Network of these weights</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>这些权重所属的网络</translation>
    </message>
    <message>
      <source>None: weights only</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>无：仅权重</translation>
    </message>
    <message>
      <source>Open</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>打开</translation>
    </message>
    <message>
      <source>Pickled module (runs code)</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>pickle 模块（会运行代码）</translation>
    </message>
    <message>
      <source>Python (*.py)</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>Python (*.py)</translation>
    </message>
    <message>
      <source>Python file</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>Python 文件</translation>
    </message>
    <message>
      <source>Python file and function</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>Python 文件与函数</translation>
    </message>
    <message>
      <source>Python function</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>Python 函数</translation>
    </message>
    <message>
      <source>timm, by name</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>timm，按名称</translation>
    </message>
    <message>
      <source>transformers, by config.json</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>transformers，依据 config.json</translation>
    </message>
    <message>
      <source>{name} holds weights. Without their network the layers can be looked at, compressed and saved, but nothing is run or measured.</source>
      <extracomment>workbench/ui/commands/architecture_dialog.py</extracomment>
      <translation>{name} 只包含权重。没有对应的网络时，可以查看、压缩和保存各层，但不会运行或测量任何内容。</translation>
    </message>
    <message>
      <source>A sample is an image (.png, .jpg), an audio file (.wav) or an array (.npy).</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>样本可以是图片（.png、.jpg）、声音（.wav）或数组（.npy）。</translation>
    </message>
    <message>
      <source>Cannot open this</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>无法打开</translation>
    </message>
    <message>
      <source>Cannot open this model</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>无法打开此模型</translation>
    </message>
    <message>
      <source>Check data…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>检查数据…</translation>
    </message>
    <message>
      <source>Checking {name}</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>正在检查 {name}</translation>
    </message>
    <message>
      <source>Data ({kinds});;All files (*)</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>数据 ({kinds});;所有文件 (*)</translation>
    </message>
    <message>
      <source>Data and recipes need a model. Open an ONNX or PyTorch model first.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>数据和配方需要模型。请先打开 ONNX 或 PyTorch 模型。</translation>
    </message>
    <message>
      <source>Demo: convolutional network</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>演示：卷积网络</translation>
    </message>
    <message>
      <source>Demo: vision transformer</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>演示：视觉 Transformer</translation>
    </message>
    <message>
      <source>Models ({kinds});;All files (*)</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>模型 ({kinds});;所有文件 (*)</translation>
    </message>
    <message>
      <source>None of these files is a model: {names}.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>这些文件都不是模型：{names}。</translation>
    </message>
    <message>
      <source>Not a model, data, a recipe or a sample: {names}.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>不是模型、数据、配方或样本：{names}。</translation>
    </message>
    <message>
      <source>Open a model first.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>请先打开模型。</translation>
    </message>
    <message>
      <source>Open data</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开数据</translation>
    </message>
    <message>
      <source>Open data first.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>请先打开数据。</translation>
    </message>
    <message>
      <source>Open data…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开数据…</translation>
    </message>
    <message>
      <source>Open image folder…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开图像文件夹…</translation>
    </message>
    <message>
      <source>Open images in class folders</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开按类别分文件夹的图像</translation>
    </message>
    <message>
      <source>Open model</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开模型</translation>
    </message>
    <message>
      <source>Open model folder</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开模型文件夹</translation>
    </message>
    <message>
      <source>Open model folder…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开模型文件夹…</translation>
    </message>
    <message>
      <source>Open model…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开模型…</translation>
    </message>
    <message>
      <source>Open recipe</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开配方</translation>
    </message>
    <message>
      <source>Open recipe…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>打开配方…</translation>
    </message>
    <message>
      <source>Recipes (*.yaml *.yml);;All files (*)</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>配方 (*.yaml *.yml);;所有文件 (*)</translation>
    </message>
    <message>
      <source>Recipes (*.yaml)</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>配方 (*.yaml)</translation>
    </message>
    <message>
      <source>Redo</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>重做</translation>
    </message>
    <message>
      <source>Samples ({kinds});;All files (*)</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>样本 ({kinds});;所有文件 (*)</translation>
    </message>
    <message>
      <source>Save recipe</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>保存配方</translation>
    </message>
    <message>
      <source>Save recipe as…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>配方另存为…</translation>
    </message>
    <message>
      <source>There is nothing to redo.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>没有可以重做的操作。</translation>
    </message>
    <message>
      <source>There is nothing to undo.</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>没有可以撤销的操作。</translation>
    </message>
    <message>
      <source>Try own sample</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>试用自己的样本</translation>
    </message>
    <message>
      <source>Try own sample…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>试用自己的样本…</translation>
    </message>
    <message>
      <source>Undo</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>撤销</translation>
    </message>
    <message>
      <source>What is measured…</source>
      <extracomment>workbench/ui/commands/commands.py</extracomment>
      <translation>测量内容…</translation>
    </message>
    <message>
      <source> · {time} left</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation> · 剩余 {time}</translation>
    </message>
    <message>
      <source>Also write</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>同时写入</translation>
    </message>
    <message>
      <source>Also writes {name}, which is reopened and measured, too.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>同时写入 {name}，它也会被重新打开并测量。</translation>
    </message>
    <message>
      <source>Cancel</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>取消</translation>
    </message>
    <message>
      <source>Existing files will be replaced: {files}.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>将替换现有文件：{files}。</translation>
    </message>
    <message>
      <source>Export</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>导出</translation>
    </message>
    <message>
      <source>Export progress</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>导出进度</translation>
    </message>
    <message>
      <source>Export to</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>导出到</translation>
    </message>
    <message>
      <source>Folder</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>Forecast: {size}, {smaller}.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>预估：{size}，{smaller}。</translation>
    </message>
    <message>
      <source>Name</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>名称</translation>
    </message>
    <message>
      <source>Nothing else</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>无</translation>
    </message>
    <message>
      <source>Packed weights (.packed.safetensors)</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>压缩存储的权重 (.packed.safetensors)</translation>
    </message>
    <message>
      <source>PyTorch program (.pt2)</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>PyTorch 程序 (.pt2)</translation>
    </message>
    <message>
      <source>Starting</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>正在开始</translation>
    </message>
    <message>
      <source>The compressed weights as floats, under their original names.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>压缩后的权重，以浮点数和原有名称保存。</translation>
    </message>
    <message>
      <source>The weights as they are stored, with the graph that decodes them.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>按存储形式保存的权重，以及对其解码的计算图。</translation>
    </message>
    <message>
      <source>This file name cannot be used: {why}.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>不能使用此文件名：{why}。</translation>
    </message>
    <message>
      <source>Weights</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>权重</translation>
    </message>
    <message>
      <source>Weights (.safetensors)</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>权重 (.safetensors)</translation>
    </message>
    <message>
      <source>Writes {model}, the recipe {recipe} and the report {report}. The model is then reopened and compared with the preview.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>将写出 {model}、配方 {recipe} 和报告 {report}，然后重新打开模型并与预览比较。</translation>
    </message>
    <message>
      <source>{metric} {before} → {after}, {source}.</source>
      <extracomment>workbench/ui/commands/export/export_dialog.py</extracomment>
      <translation>{metric} {before} → {after}，{source}。</translation>
    </message>
    <message>
      <source>Back</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>返回</translation>
    </message>
    <message>
      <source>Close</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Exported file</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>导出的文件</translation>
    </message>
    <message>
      <source>Identical predictions</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>预测相同</translation>
    </message>
    <message>
      <source>Largest output difference</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>输出的最大差异</translation>
    </message>
    <message>
      <source>Latency in a fresh process, batch {n}</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>新进程中的延迟，批大小 {n}</translation>
    </message>
    <message>
      <source>Latency, one sample</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>延迟，单个样本</translation>
    </message>
    <message>
      <source>Load time</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>加载时间</translation>
    </message>
    <message>
      <source>Memory after loading</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>加载后内存</translation>
    </message>
    <message>
      <source>Not exported</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>未导出</translation>
    </message>
    <message>
      <source>Open folder</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <source>Open report</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>打开报告</translation>
    </message>
    <message>
      <source>Original</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>原始模型</translation>
    </message>
    <message>
      <source>Peak memory</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>峰值内存</translation>
    </message>
    <message>
      <source>Preview</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>预览</translation>
    </message>
    <message>
      <source>Size</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>大小</translation>
    </message>
    <message>
      <source>Written: {path}</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>已写出：{path}</translation>
    </message>
    <message>
      <source>{share} of {n}</source>
      <extracomment>workbench/ui/commands/export/export_result.py</extracomment>
      <translation>{share}（{n} 个样本）</translation>
    </message>
    <message>
      <source>16-bit scales</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>16 位缩放系数</translation>
    </message>
    <message>
      <source>16-bit scales: a smaller file; small tensors such as scales and biases are rounded. Short names: a smaller file; only inputs and outputs keep their names.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>16 位缩放系数：文件更小；缩放系数、偏置等小张量会被舍入。短名称：文件更小；只有输入和输出保留名称。</translation>
    </message>
    <message>
      <source>Automatic</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>自动</translation>
    </message>
    <message>
      <source>Batch size</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>批大小</translation>
    </message>
    <message>
      <source>Entropy codes</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>熵编码</translation>
    </message>
    <message>
      <source>Entropy codes: always</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>熵编码：始终</translation>
    </message>
    <message>
      <source>Entropy codes: automatic</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>熵编码：自动</translation>
    </message>
    <message>
      <source>Entropy codes: never</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>熵编码：从不</translation>
    </message>
    <message>
      <source>Every level takes the same number of bits.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>每个量化级别占用相同的位数。</translation>
    </message>
    <message>
      <source>Lightest and fastest</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>最省内存、最快</translation>
    </message>
    <message>
      <source>Only inputs and outputs keep their names and metadata.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>仅输入和输出保留名称和元数据。</translation>
    </message>
    <message>
      <source>Per layer, whichever costs less at this batch size.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>按此批大小为每层选择开销较小的方式。</translation>
    </message>
    <message>
      <source>Scales, biases, parameters of norms and other small tensors are rounded to 16 bits.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>缩放系数、偏置、归一化参数和其他小张量舍入为 16 位。</translation>
    </message>
    <message>
      <source>Short names</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>短名称</translation>
    </message>
    <message>
      <source>Smallest file</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>文件最小</translation>
    </message>
    <message>
      <source>Weight storage</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>权重存储方式</translation>
    </message>
    <message>
      <source>Weights are decoded to floats when the file is loaded: as fast as the original.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>加载文件时将权重解码为浮点：速度与原模型相同。</translation>
    </message>
    <message>
      <source>Weights of 2, 4 and 8 bits stay packed in memory. Products are computed with 8-bit activations.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>2、4、8 位权重以打包形式驻留内存。乘积使用 8 位激活值计算。</translation>
    </message>
    <message>
      <source>Where the saving is worth the time and memory of decoding at load time.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>仅在节省的大小值得加载文件时解码所用的时间和内存时采用。</translation>
    </message>
    <message>
      <source>Wherever they save bytes. Loading may take seconds and much memory.</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>只要更小就采用。加载可能需要数秒和大量内存。</translation>
    </message>
    <message>
      <source>weight storage</source>
      <extracomment>workbench/ui/commands/export/storage_choice.py</extracomment>
      <translation>权重存储方式</translation>
    </message>
    <message>
      <source>Apply to similar layers</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>应用到同类层</translation>
    </message>
    <message>
      <source>Clear all steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>清除所有层的步骤</translation>
    </message>
    <message>
      <source>Clear steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>清除步骤</translation>
    </message>
    <message>
      <source>Copy steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>复制步骤</translation>
    </message>
    <message>
      <source>Copy the steps of a layer first.</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>请先复制某一层的步骤。</translation>
    </message>
    <message>
      <source>Layers whose channels can only be pruned together with those of this layer</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>通道须与此层一并裁剪的层</translation>
    </message>
    <message>
      <source>Leave alone</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>保持不变</translation>
    </message>
    <message>
      <source>No channels are coupled with those of this layer.</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>没有与此层耦合的通道。</translation>
    </message>
    <message>
      <source>Paste steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>粘贴步骤</translation>
    </message>
    <message>
      <source>Select all layers</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>选择所有层</translation>
    </message>
    <message>
      <source>Select coupled layers</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>选择耦合的层</translation>
    </message>
    <message>
      <source>Select similar layers</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>选择同类层</translation>
    </message>
    <message>
      <source>Steps for several layers, presets and searches skip these layers</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>应用于多层的步骤、预设和搜索会跳过这些层</translation>
    </message>
    <message>
      <source>The recipe has no steps.</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>配方没有步骤。</translation>
    </message>
    <message>
      <source>The selected layer has no steps.</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>所选的层没有步骤。</translation>
    </message>
    <message>
      <source>There is no similar layer.</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>没有相似的层。</translation>
    </message>
    <message>
      <source>apply to {n} layers</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>应用到 {n} 层</translation>
    </message>
    <message>
      <source>clear all steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>清除所有层的步骤</translation>
    </message>
    <message>
      <source>clear steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>清除步骤</translation>
    </message>
    <message>
      <source>paste steps</source>
      <extracomment>workbench/ui/commands/layer_commands.py</extracomment>
      <translation>粘贴步骤</translation>
    </message>
    <message>
      <source>Also show</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>同时显示</translation>
    </message>
    <message>
      <source>Automatic: chosen by outputs and labels.</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>自动：按输出和标签选择。</translation>
    </message>
    <message>
      <source>Batch axis</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>批次轴</translation>
    </message>
    <message>
      <source>Measure</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>测量</translation>
    </message>
    <message>
      <source>Metric</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>指标</translation>
    </message>
    <message>
      <source>Several outputs, separated by commas, are combined: boxes,scores,labels.</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>以逗号分隔的多个输出会合并：boxes,scores,labels。</translation>
    </message>
    <message>
      <source>The deciding metric: searches, limits and the scoreboard use it. A file.py:function works, too.</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>起决定作用的指标：搜索、限值和记分板均以此为准。也可填 file.py:function。</translation>
    </message>
    <message>
      <source>What is measured</source>
      <extracomment>workbench/ui/commands/measure_dialog.py</extracomment>
      <translation>测量内容</translation>
    </message>
    <message>
      <source>Any device</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>任意设备</translation>
    </message>
    <message>
      <source>By rule, not measured. Source: {source}</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>依据规则，未测量。来源：{source}</translation>
    </message>
    <message>
      <source>No file was opened yet.</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>还没有打开过文件。</translation>
    </message>
    <message>
      <source>No recent files</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>没有最近的文件</translation>
    </message>
    <message>
      <source>Preparation</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>预处理</translation>
    </message>
    <message>
      <source>Target</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>目标设备</translation>
    </message>
    <message>
      <source>{title} (this machine)</source>
      <extracomment>workbench/ui/commands/menus.py</extracomment>
      <translation>{title}（本机）</translation>
    </message>
    <message>
      <source>A copy keeps both; choose its name when you save it.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>打开副本可保留两者；保存副本时再为它命名。</translation>
    </message>
    <message>
      <source>Cannot open this session</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>无法打开此会话</translation>
    </message>
    <message>
      <source>Cannot save the session</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>无法保存会话</translation>
    </message>
    <message>
      <source>File not found</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>找不到文件</translation>
    </message>
    <message>
      <source>Files ({kinds});;All files (*)</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>文件 ({kinds});;所有文件 (*)</translation>
    </message>
    <message>
      <source>If it was moved or renamed, locate it.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>如果它已被移动或重命名，请指定其位置。</translation>
    </message>
    <message>
      <source>Locate another…</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>选择另一个…</translation>
    </message>
    <message>
      <source>Locate the {what}</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>指定{what}的位置</translation>
    </message>
    <message>
      <source>Locate…</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>指定位置…</translation>
    </message>
    <message>
      <source>Open a copy</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>打开副本</translation>
    </message>
    <message>
      <source>Open anyway</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>仍然打开</translation>
    </message>
    <message>
      <source>Open session</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>打开会话</translation>
    </message>
    <message>
      <source>Open session…</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>打开会话…</translation>
    </message>
    <message>
      <source>Replace</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>替换</translation>
    </message>
    <message>
      <source>Save as…</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>另存为…</translation>
    </message>
    <message>
      <source>Save session</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>保存会话</translation>
    </message>
    <message>
      <source>Save session as…</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>会话另存为…</translation>
    </message>
    <message>
      <source>Session open in another window</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>会话已在另一个窗口中打开</translation>
    </message>
    <message>
      <source>Session saved as {path}</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>会话已保存为 {path}</translation>
    </message>
    <message>
      <source>Sessions (*{suffix})</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>会话 (*{suffix})</translation>
    </message>
    <message>
      <source>The model has changed</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>模型已更改</translation>
    </message>
    <message>
      <source>The recipe can still be used, but the figures of the snapshots no longer apply.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>配方仍可使用，但快照中的数值不再适用。</translation>
    </message>
    <message>
      <source>The {what} {name} of this session was not found in {folder}.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>在 {folder} 中找不到此会话的{what} {name}。</translation>
    </message>
    <message>
      <source>Use this model</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>使用此模型</translation>
    </message>
    <message>
      <source>data</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>数据</translation>
    </message>
    <message>
      <source>model</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>模型</translation>
    </message>
    <message>
      <source>{name} has changed since this session was saved: its layers or weights are different.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>{name} 在此会话保存之后已改变：层或权重有所不同。</translation>
    </message>
    <message>
      <source>{path} is open in another window. What was saved there would be lost.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>{path} 已在另一个窗口中打开，在那里保存的内容将会丢失。</translation>
    </message>
    <message>
      <source>{path} is open in another window. Whichever window saves last overwrites the other's work.</source>
      <extracomment>workbench/ui/commands/session_commands.py</extracomment>
      <translation>{path} 已在另一个窗口中打开，后保存的窗口会覆盖另一个窗口的工作。</translation>
    </message>
    <message>
      <source>Choose a snapshot in the table of snapshots first.</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>请先在快照表中选择一个快照。</translation>
    </message>
    <message>
      <source>Choose two rows of the table of snapshots first.</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>请先在快照表中选择两行。</translation>
    </message>
    <message>
      <source>Compare snapshots</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>比较快照</translation>
    </message>
    <message>
      <source>Delete</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>删除</translation>
    </message>
    <message>
      <source>Differences</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>差异</translation>
    </message>
    <message>
      <source>Note</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>备注</translation>
    </message>
    <message>
      <source>Note on the snapshot, {most} characters at most:</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>快照的备注（最多 {most} 个字符）：</translation>
    </message>
    <message>
      <source>Note…</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>备注…</translation>
    </message>
    <message>
      <source>Rename</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>重命名</translation>
    </message>
    <message>
      <source>Restore</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>还原</translation>
    </message>
    <message>
      <source>Restore {name}</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>还原 {name}</translation>
    </message>
    <message>
      <source>Snapshot name:</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>快照名称：</translation>
    </message>
    <message>
      <source>Snapshot taken: {name}</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>已创建快照：{name}</translation>
    </message>
    <message>
      <source>Snapshots</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>快照</translation>
    </message>
    <message>
      <source>Take snapshot</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>创建快照</translation>
    </message>
    <message>
      <source>Take snapshot…</source>
      <extracomment>workbench/ui/commands/snapshot_commands.py</extracomment>
      <translation>创建快照…</translation>
    </message>
    <message>
      <source>No training is running.</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>没有正在进行的训练。</translation>
    </message>
    <message>
      <source>Pause training</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>暂停训练</translation>
    </message>
    <message>
      <source>Resume training</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>继续训练</translation>
    </message>
    <message>
      <source>Stop training, keep best</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>停止训练并保留最佳</translation>
    </message>
    <message>
      <source>Sweep temperatures</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>扫描温度</translation>
    </message>
    <message>
      <source>The recipe has no distillation stage.</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>配方没有蒸馏阶段。</translation>
    </message>
    <message>
      <source>Train</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>训练</translation>
    </message>
    <message>
      <source>Training is running.</source>
      <extracomment>workbench/ui/commands/training_commands.py</extracomment>
      <translation>训练正在进行。</translation>
    </message>
    <message>
      <source>All</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>全部</translation>
    </message>
    <message>
      <source>Check data</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>检查数据</translation>
    </message>
    <message>
      <source>Measured on {n} samples, the same for every reading.</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>在 {n} 个样本上测得，各读取方式使用相同样本。</translation>
    </message>
    <message>
      <source>One sample as the model gets it</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>模型得到的一个样本</translation>
    </message>
    <message>
      <source>Progress</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>进度</translation>
    </message>
    <message>
      <source>Use</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>使用</translation>
    </message>
    <message>
      <source>{name} is probably not read as the model needs it.</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>{name} 的读取方式可能不符合模型的要求。</translation>
    </message>
    <message>
      <source>{name} is read as the model needs it, as far as was measured.</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>就测量结果而言，{name} 的读取方式符合模型的要求。</translation>
    </message>
    <message>
      <source>{name}: no labels, so nothing was measured.</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>{name}：没有标签，因此未测量。</translation>
    </message>
    <message>
      <source>{name}: trying ways of reading it…</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>{name}：正在尝试各种读取方式…</translation>
    </message>
    <message>
      <source>“Use” writes the preprocessing next to the data ({file}); all commands and the window read it from there.</source>
      <extracomment>workbench/ui/data/dialog.py</extracomment>
      <translation>点击“使用”会在数据旁写入预处理文件（{file}），所有命令和窗口都从该文件读取。</translation>
    </message>
    <message>
      <source>(updating…)</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>（正在更新…）</translation>
    </message>
    <message>
      <source>Both models: {name} ({was} → {now})</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>两个模型：{name}（{was} → {now}）</translation>
    </message>
    <message>
      <source>Changed: {was} ({sure}) → {now} ({sure_now})</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>已改变：{was}（{sure}）→ {now}（{sure_now}）</translation>
    </message>
    <message>
      <source>Compressed</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>压缩后</translation>
    </message>
    <message>
      <source>Drop another sample</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>拖放另一个样本</translation>
    </message>
    <message>
      <source>Output difference: {relative} relative, {most} at most ({n:,} values)</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>输出差异：相对 {relative}，最大 {most}（{n:,} 个值）</translation>
    </message>
    <message>
      <source>Output: {was} → {now}</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>输出：{was} → {now}</translation>
    </message>
    <message>
      <source>Own sample</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>自己的样本</translation>
    </message>
    <message>
      <source>Running both models…</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>正在运行两个模型…</translation>
    </message>
    <message>
      <source>The sample as the model gets it</source>
      <extracomment>workbench/ui/data/own_sample.py</extracomment>
      <translation>模型所接收的样本</translation>
    </message>
    <message>
      <source>Gain at least</source>
      <extracomment>workbench/ui/data/readings.py</extracomment>
      <translation>至少提高</translation>
    </message>
    <message>
      <source>Reading</source>
      <extracomment>workbench/ui/data/readings.py</extracomment>
      <translation>读取方式</translation>
    </message>
    <message>
      <source>Readings</source>
      <extracomment>workbench/ui/data/readings.py</extracomment>
      <translation>读取方式</translation>
    </message>
    <message>
      <source>does not fit</source>
      <extracomment>workbench/ui/data/readings.py</extracomment>
      <translation>不匹配</translation>
    </message>
    <message>
      <source>The engine keeps crashing. Your work is kept. Try Run &gt; Restart engine; Help &gt; Show log has details.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>引擎反复崩溃。您的工作已保留。请尝试“运行 &gt; 重启引擎”；详情见“帮助 &gt; 显示日志”。</translation>
    </message>
    <message>
      <source>The engine stopped unexpectedly{how} and was restarted. Nothing is lost.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>引擎意外停止{how}，已重新启动。没有丢失任何内容。</translation>
    </message>
    <message>
      <source>The engine was restarted.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>引擎已重新启动。</translation>
    </message>
    <message>
      <source>The engine was restarted. Nothing is lost.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>引擎已重新启动。没有丢失任何内容。</translation>
    </message>
    <message>
      <source>The system stopped the engine, probably because memory ran out. It was restarted and nothing is lost.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>系统停止了引擎，可能是因为内存不足。引擎已重新启动，没有丢失任何内容。</translation>
    </message>
    <message>
      <source>There is not enough memory. The engine was restarted and nothing is lost.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>内存不足。引擎已重新启动，没有任何内容丢失。</translation>
    </message>
    <message>
      <source>Try again, or use a smaller model or data set.</source>
      <extracomment>workbench/ui/engine_client/client.py</extracomment>
      <translation>请重试，或改用更小的模型或数据集。</translation>
    </message>
    <message>
      <source>Stop this job</source>
      <extracomment>workbench/ui/engine_client/jobs.py</extracomment>
      <translation>停止此任务</translation>
    </message>
    <message>
      <source>{time} left</source>
      <extracomment>workbench/ui/engine_client/jobs.py</extracomment>
      <translation>剩余 {time}</translation>
    </message>
    <message>
      <source>The engine crashed twice while working on this. Try again with fewer samples.</source>
      <extracomment>workbench/ui/engine_client/tracked_job.py</extracomment>
      <translation>引擎处理此任务时停止了两次。请用更少的样本重试。</translation>
    </message>
    <message>
      <source>Cannot compare</source>
      <extracomment>workbench/ui/file_compare/command.py</extracomment>
      <translation>无法比较</translation>
    </message>
    <message>
      <source>Compare with a file</source>
      <extracomment>workbench/ui/file_compare/command.py</extracomment>
      <translation>与文件比较</translation>
    </message>
    <message>
      <source>Compare with a file…</source>
      <extracomment>workbench/ui/file_compare/command.py</extracomment>
      <translation>与文件比较…</translation>
    </message>
    <message>
      <source>Comparing files</source>
      <extracomment>workbench/ui/file_compare/command.py</extracomment>
      <translation>正在比较文件</translation>
    </message>
    <message>
      <source>Cannot save the page</source>
      <extracomment>workbench/ui/file_compare/dialog.py</extracomment>
      <translation>无法保存网页</translation>
    </message>
    <message>
      <source>Page (*.html)</source>
      <extracomment>workbench/ui/file_compare/dialog.py</extracomment>
      <translation>网页 (*.html)</translation>
    </message>
    <message>
      <source>Save page</source>
      <extracomment>workbench/ui/file_compare/dialog.py</extracomment>
      <translation>保存网页</translation>
    </message>
    <message>
      <source>Save page…</source>
      <extracomment>workbench/ui/file_compare/dialog.py</extracomment>
      <translation>保存网页…</translation>
    </message>
    <message>
      <source>operator</source>
      <extracomment>workbench/ui/file_compare/dialog.py</extracomment>
      <translation>算子</translation>
    </message>
    <message>
      <source>After</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>之后</translation>
    </message>
    <message>
      <source>Difference</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>差异</translation>
    </message>
    <message>
      <source>File size</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>文件大小</translation>
    </message>
    <message>
      <source>Latency</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>延迟</translation>
    </message>
    <message>
      <source>Layer</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>层</translation>
    </message>
    <message>
      <source>MACs</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>MAC</translation>
    </message>
    <message>
      <source>Same predictions</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>预测相同</translation>
    </message>
    <message>
      <source>Shape</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>形状</translation>
    </message>
    <message>
      <source>added</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>新增</translation>
    </message>
    <message>
      <source>another shape</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>形状不同</translation>
    </message>
    <message>
      <source>other weights</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>权重不同</translation>
    </message>
    <message>
      <source>removed</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>已移除</translation>
    </message>
    <message>
      <source>the same</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>相同</translation>
    </message>
    <message>
      <source>{change} ({low} to {high}), measured on {n} samples</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{change}（{low} 至 {high}），在 {n} 个样本上测量</translation>
    </message>
    <message>
      <source>{lost} samples got worse, {won} better</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{lost} 个样本变差，{won} 个变好</translation>
    </message>
    <message>
      <source>{n} added</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>新增 {n} 个</translation>
    </message>
    <message>
      <source>{n} layers: {parts}.</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{n} 层：{parts}。</translation>
    </message>
    <message>
      <source>{n} removed</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>移除 {n} 个</translation>
    </message>
    <message>
      <source>{n} the same</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{n} 个相同</translation>
    </message>
    <message>
      <source>{n} with another shape</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{n} 个形状不同</translation>
    </message>
    <message>
      <source>{n} with other weights</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{n} 个权重不同</translation>
    </message>
    <message>
      <source>{times}x, measured here</source>
      <extracomment>workbench/ui/file_compare/words.py</extracomment>
      <translation>{times} 倍，在本机测量</translation>
    </message>
    <message>
      <source>Documentation</source>
      <extracomment>workbench/ui/help/window.py</extracomment>
      <translation>文档</translation>
    </message>
    <message>
      <source>Forward</source>
      <extracomment>workbench/ui/help/window.py</extracomment>
      <translation>前进</translation>
    </message>
    <message>
      <source>Page</source>
      <extracomment>workbench/ui/help/window.py</extracomment>
      <translation>页面</translation>
    </message>
    <message>
      <source>Pages</source>
      <extracomment>workbench/ui/help/window.py</extracomment>
      <translation>页面列表</translation>
    </message>
    <message>
      <source>Search</source>
      <extracomment>workbench/ui/help/window.py</extracomment>
      <translation>搜索</translation>
    </message>
    <message>
      <source>Sweeping temperatures</source>
      <extracomment>workbench/ui/panels/beside_training.py</extracomment>
      <translation>正在扫描温度</translation>
    </message>
    <message>
      <source>Training</source>
      <extracomment>workbench/ui/panels/beside_training.py</extracomment>
      <translation>训练</translation>
    </message>
    <message>
      <source>{job} is paused.</source>
      <extracomment>workbench/ui/panels/beside_training.py</extracomment>
      <translation>{job}已暂停。</translation>
    </message>
    <message>
      <source>{job} runs at the same time, so both take longer.</source>
      <extracomment>workbench/ui/panels/beside_training.py</extracomment>
      <translation>{job}同时进行，因此两者都会变慢。</translation>
    </message>
    <message>
      <source>Branches</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>分支</translation>
    </message>
    <message>
      <source>Changes</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>更改</translation>
    </message>
    <message>
      <source>Click to restore this snapshot</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>单击还原此快照</translation>
    </message>
    <message>
      <source>History</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>历史</translation>
    </message>
    <message>
      <source>No matching changes (Esc clears the search)</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>没有匹配的更改（按 Esc 清除搜索）</translation>
    </message>
    <message>
      <source>Return to {step}</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>回到 {step}</translation>
    </message>
    <message>
      <source>Search the history</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>搜索历史记录</translation>
    </message>
    <message>
      <source>Search: layer, method, value</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>搜索：层、方法、数值</translation>
    </message>
    <message>
      <source>Undone changes that later ones replaced; click to return to them</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>已撤销并被后来的更改取代的更改；单击可回到这些更改</translation>
    </message>
    <message>
      <source>{step}  ·  snapshot {name}</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>{step}  ·  快照 {name}</translation>
    </message>
    <message>
      <source>{step} ({n} changes)</source>
      <extracomment>workbench/ui/panels/history_panel.py</extracomment>
      <translation>{step}（{n} 项更改）</translation>
    </message>
    <message>
      <source>Figures appear once this recipe has been measured in this session</source>
      <extracomment>workbench/ui/panels/history_words.py</extracomment>
      <translation>在本次会话中测量该配方后显示数值</translation>
    </message>
    <message>
      <source>Size: {source}</source>
      <extracomment>workbench/ui/panels/history_words.py</extracomment>
      <translation>大小：{source}</translation>
    </message>
    <message>
      <source>Cancel {title}</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>取消 {title}</translation>
    </message>
    <message>
      <source>Copy</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>复制</translation>
    </message>
    <message>
      <source>Jobs</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>任务</translation>
    </message>
    <message>
      <source>Jobs and log</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>任务与日志</translation>
    </message>
    <message>
      <source>Log</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>日志</translation>
    </message>
    <message>
      <source>No running jobs</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>没有正在运行的任务</translation>
    </message>
    <message>
      <source>Nothing logged since the window opened</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>窗口打开以来没有日志</translation>
    </message>
    <message>
      <source>Open log file</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>打开日志文件</translation>
    </message>
    <message>
      <source>Progress of {title}</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>{title} 的进度</translation>
    </message>
    <message>
      <source>done</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>完成</translation>
    </message>
    <message>
      <source>failed</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>失败</translation>
    </message>
    <message>
      <source>stopped</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>已停止</translation>
    </message>
    <message>
      <source>{title}: {word} after {time}</source>
      <extracomment>workbench/ui/panels/jobs_panel.py</extracomment>
      <translation>{title}：{time} 后{word}</translation>
    </message>
    <message>
      <source>Apply</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>应用</translation>
    </message>
    <message>
      <source>Apply the previewed recipe</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>应用预览的配方</translation>
    </message>
    <message>
      <source>Back to the recipe before the preview (Esc)</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>回到预览之前的配方（Esc）</translation>
    </message>
    <message>
      <source>Go back</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>返回</translation>
    </message>
    <message>
      <source>Go back from the preview</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>退出预览</translation>
    </message>
    <message>
      <source>Make it the recipe, as one step that can be undone (Enter)</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>采用它作为配方，可一步撤销（Enter）</translation>
    </message>
    <message>
      <source>Previewing {name}</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>正在预览 {name}</translation>
    </message>
    <message>
      <source>Previewing {name}. Enter applies it, Esc returns.</source>
      <extracomment>workbench/ui/panels/preview_banner.py</extracomment>
      <translation>正在预览 {name}。按 Enter 应用，按 Esc 返回。</translation>
    </message>
    <message>
      <source>Recent</source>
      <extracomment>workbench/ui/panels/recent.py</extracomment>
      <translation>最近</translation>
    </message>
    <message>
      <source>Remove from this list; the file is kept</source>
      <extracomment>workbench/ui/panels/recent.py</extracomment>
      <translation>从列表中移除；文件保留</translation>
    </message>
    <message>
      <source>Remove {name} from this list</source>
      <extracomment>workbench/ui/panels/recent.py</extracomment>
      <translation>从列表中移除 {name}</translation>
    </message>
    <message>
      <source>not found</source>
      <extracomment>workbench/ui/panels/recent.py</extracomment>
      <translation>未找到</translation>
    </message>
    <message>
      <source>Accuracy is measured on samples: an .npz file, a folder of images or file.py:function (Ctrl+D)</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>准确率在样本上测量：.npz 文件、图像文件夹或 file.py:function（Ctrl+D）</translation>
    </message>
    <message>
      <source>All layers were computed, so the exported file will have this size.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>所有层都已算出，因此导出的文件就是这个大小。</translation>
    </message>
    <message>
      <source>Compressed minus original on the same samples. Grey while the 95 % interval contains 0.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>相同样本上压缩模型减去原始模型。95 % 区间包含 0 时为灰色。</translation>
    </message>
    <message>
      <source>Export…</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>导出…</translation>
    </message>
    <message>
      <source>Keep the recipe and its figures under a name, to compare and restore them later</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>以一个名称保留配方及其数值，以便日后比较和还原</translation>
    </message>
    <message>
      <source>Measure latency, zipped size</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>测量延迟和压缩包大小</translation>
    </message>
    <message>
      <source>Measure latency: runs the original and the compressed model alternately in ONNX Runtime, and zips both files</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>测量延迟：在 ONNX Runtime 中交替运行原始模型与压缩模型，并把两个文件做成压缩包</translation>
    </message>
    <message>
      <source>Median of paired runs of the original and the exported file on this machine.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>在本机上成对运行原始模型和导出文件的中位数。</translation>
    </message>
    <message>
      <source>Median of {runs} runs of each model, alternating, one sample, in ONNX Runtime on this machine.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>在本机 ONNX Runtime 中交替运行，每个模型各 {runs} 次、单个样本的中位数。</translation>
    </message>
    <message>
      <source>Other metrics, of the original; the edited model's follow when all samples have run:</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>其他指标（原始模型）；运行完所有样本后给出编辑后模型的数值：</translation>
    </message>
    <message>
      <source>Parameters</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>参数</translation>
    </message>
    <message>
      <source>Predicted change</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>预测变化</translation>
    </message>
    <message>
      <source>Predicted from weight changes and layer inputs, as this model has no gradients: relative error of the layer outputs {rise}. The compressed model was not run.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>该模型没有梯度，因此根据权重变化和层输入预测：层输出的相对误差为 {rise}。未运行压缩模型。</translation>
    </message>
    <message>
      <source>Predicted from weight changes, gradients and layer inputs: KL divergence between the outputs of the compressed and the original model {rise}. The compressed model was not run.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>根据权重变化、梯度和层输入预测：压缩模型与原始模型输出之间的 KL 散度为 {rise}。未运行压缩模型。</translation>
    </message>
    <message>
      <source>Prediction reliability: Spearman rank correlation of predicted and measured loss over {n} measured candidates. 1 is perfect.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>预测可靠度：{n} 个实测候选的预测损失与实测损失的 Spearman 秩相关系数。1 为完全一致。</translation>
    </message>
    <message>
      <source>Scoreboard</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>计分板</translation>
    </message>
    <message>
      <source>Snapshot…</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>快照…</translation>
    </message>
    <message>
      <source>The drop of the metric is predicted from {n} candidates that were run; 95 % of such candidates lie within the error.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>指标因此的损失由已运行的 {n} 个候选推算，误差为 95 % 的此类候选所不超出的范围。</translation>
    </message>
    <message>
      <source>The sample is random because no data is open.</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>没有打开数据，因此样本是随机的。</translation>
    </message>
    <message>
      <source>Why it did not shrink:</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>没有变小的原因：</translation>
    </message>
    <message>
      <source>Why the file did not shrink</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>文件没有变小的原因</translation>
    </message>
    <message>
      <source>Why?</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>原因</translation>
    </message>
    <message>
      <source>Zipped: {before} → {after}. Compressed model: {file} bytes as a file (written to memory).</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>压缩包：{before} → {after}。压缩模型的文件为 {file} 字节（写到内存中）。</translation>
    </message>
    <message>
      <source>before training, {source}</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>训练前，{source}</translation>
    </message>
    <message>
      <source>measuring</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>测量中</translation>
    </message>
    <message>
      <source>no change on these samples</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>在这些样本上没有变化</translation>
    </message>
    <message>
      <source>not measured</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>未测量</translation>
    </message>
    <message>
      <source>not measured (F5)</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>未测量（F5）</translation>
    </message>
    <message>
      <source>not significant</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>差异不显著</translation>
    </message>
    <message>
      <source>paired difference</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>配对差异</translation>
    </message>
    <message>
      <source>reliability unknown</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>可靠度未知</translation>
    </message>
    <message>
      <source>reliability {value}</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>可靠度 {value}</translation>
    </message>
    <message>
      <source>trained, {source}</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>训练后，{source}</translation>
    </message>
    <message>
      <source>worse than measured</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>比实测的更差</translation>
    </message>
    <message>
      <source>zipped {size}</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>压缩包 {size}</translation>
    </message>
    <message>
      <source>● measured, batch 1</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>● 实测，批大小 1</translation>
    </message>
    <message>
      <source>● median of {runs}</source>
      <extracomment>workbench/ui/panels/scoreboard.py</extracomment>
      <translation>● {runs} 次的中位数</translation>
    </message>
    <message>
      <source>Size and metric along the history</source>
      <extracomment>workbench/ui/panels/sparkline.py</extracomment>
      <translation>历史记录中的大小与指标</translation>
    </message>
    <message>
      <source>— file size   - - metric</source>
      <extracomment>workbench/ui/panels/sparkline.py</extracomment>
      <translation>— 文件大小   - - 指标</translation>
    </message>
    <message>
      <source>{title}: done after {time}</source>
      <extracomment>workbench/ui/panels/toast.py</extracomment>
      <translation>{title}：已完成，用时 {time}</translation>
    </message>
    <message>
      <source>A search needs samples to measure on.</source>
      <extracomment>workbench/ui/plans/plans.py</extracomment>
      <translation>搜索需要用于测量的样本。</translation>
    </message>
    <message>
      <source>Stopped. The next search resumes here.</source>
      <extracomment>workbench/ui/plans/plans.py</extracomment>
      <translation>已停止。下次搜索从这里继续。</translation>
    </message>
    <message>
      <source>This model has no layer that can be edited.</source>
      <extracomment>workbench/ui/plans/plans.py</extracomment>
      <translation>此模型没有可编辑的层。</translation>
    </message>
    <message>
      <source>Forecast: the file with this step has {size}.</source>
      <extracomment>workbench/ui/plans/step_effects.py</extracomment>
      <translation>预估：加上此步骤后文件为 {size}。</translation>
    </message>
    <message>
      <source>Predicted for the whole recipe; the compressed model was not run.</source>
      <extracomment>workbench/ui/plans/step_effects.py</extracomment>
      <translation>对整个配方的预测；没有运行压缩后的模型。</translation>
    </message>
    <message>
      <source>The training curve appears here.</source>
      <extracomment>workbench/ui/plots/curve.py</extracomment>
      <translation>训练曲线显示在这里。</translation>
    </message>
    <message>
      <source>epoch</source>
      <extracomment>workbench/ui/plots/curve.py</extracomment>
      <translation>轮</translation>
    </message>
    <message>
      <source>epoch {epoch}: {value}</source>
      <extracomment>workbench/ui/plots/curve.py</extracomment>
      <translation>第 {epoch} 轮：{value}</translation>
    </message>
    <message>
      <source>next stage</source>
      <extracomment>workbench/ui/plots/curve.py</extracomment>
      <translation>下一阶段</translation>
    </message>
    <message>
      <source>CSV table (*.csv)</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>CSV 表格 (*.csv)</translation>
    </message>
    <message>
      <source>Cannot save the plot</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>无法保存图</translation>
    </message>
    <message>
      <source>Copy image</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>复制图像</translation>
    </message>
    <message>
      <source>Copy numbers as CSV</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>复制数值为 CSV</translation>
    </message>
    <message>
      <source>Image copied: {plot}</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>已复制图像：{plot}</translation>
    </message>
    <message>
      <source>Numbers copied: {plot}</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>已复制数值：{plot}</translation>
    </message>
    <message>
      <source>SVG image (*.svg);;PNG image (*.png)</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>SVG 图像 (*.svg);;PNG 图像 (*.png)</translation>
    </message>
    <message>
      <source>Save image</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>保存图像</translation>
    </message>
    <message>
      <source>Save image…</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>保存图像…</translation>
    </message>
    <message>
      <source>Save numbers</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>保存数值</translation>
    </message>
    <message>
      <source>Save numbers…</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>保存数值…</translation>
    </message>
    <message>
      <source>Save or copy the image or the numbers (Ctrl+C copies the numbers)</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>保存或复制图像或数值（Ctrl+C 复制数值）</translation>
    </message>
    <message>
      <source>Save or copy: {plot}</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>保存或复制：{plot}</translation>
    </message>
    <message>
      <source>Saved as {path}</source>
      <extracomment>workbench/ui/plots/plot_export.py</extracomment>
      <translation>已另存为 {path}</translation>
    </message>
    <message>
      <source>Both plots, side by side where there is room</source>
      <extracomment>workbench/ui/plots/splitter.py</extracomment>
      <translation>两幅图；空间足够时并排显示</translation>
    </message>
    <message>
      <source>Side by side</source>
      <extracomment>workbench/ui/plots/splitter.py</extracomment>
      <translation>并排</translation>
    </message>
    <message>
      <source>Channels</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>通道</translation>
    </message>
    <message>
      <source>Computing the range of each channel…</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>正在计算各通道的范围…</translation>
    </message>
    <message>
      <source>Per channel</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>逐通道</translation>
    </message>
    <message>
      <source>Show the weights of all channels</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>显示所有通道的权重</translation>
    </message>
    <message>
      <source>channel {number}</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>通道 {number}</translation>
    </message>
    <message>
      <source>channels {first} to {last}</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>通道 {first} 至 {last}</translation>
    </message>
    <message>
      <source>output channel</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>输出通道</translation>
    </message>
    <message>
      <source>quantisation range {low} … {high}</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>量化范围 {low} … {high}</translation>
    </message>
    <message>
      <source>range {low} … {high}, quartiles {first} … {third}</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>范围 {low} … {high}，四分位数 {first} … {third}</translation>
    </message>
    <message>
      <source>weight value</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>权重值</translation>
    </message>
    <message>
      <source>{count} all zero (×)</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>{count} 个全为零（×）</translation>
    </message>
    <message>
      <source>{count} bars of neighbouring channels</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>{count} 条，每条为相邻的几个通道</translation>
    </message>
    <message>
      <source>{n:,} channels; widest: {number} ({times}x the median range)</source>
      <extracomment>workbench/ui/plots/weights/channels.py</extracomment>
      <translation>{n:,} 个通道；范围最宽：{number}（中位数的 {times} 倍）</translation>
    </message>
    <message>
      <source>Drawing the weights…</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>正在绘制权重…</translation>
    </message>
    <message>
      <source>Show all</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>显示全部</translation>
    </message>
    <message>
      <source>Show all weights</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>显示全部权重</translation>
    </message>
    <message>
      <source>Weight matrix</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>权重矩阵</translation>
    </message>
    <message>
      <source>Zoom in</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>放大</translation>
    </message>
    <message>
      <source>Zoom out</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>缩小</translation>
    </message>
    <message>
      <source>before and after</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>之前与之后</translation>
    </message>
    <message>
      <source>difference</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>差值</translation>
    </message>
    <message>
      <source>each cell is the mean of {down} × {across} weights; zoom in for single weights</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>每格是 {down} × {across} 个权重的平均；放大可看单个权重</translation>
    </message>
    <message>
      <source>mean of outputs {first} to {last}, columns {left} to {right}</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>输出 {first} 至 {last}、列 {left} 至 {right} 的平均</translation>
    </message>
    <message>
      <source>one cell per weight</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>每个权重一格</translation>
    </message>
    <message>
      <source>output {output}, input {input}</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>输出 {output}，输入 {input}</translation>
    </message>
    <message>
      <source>output {output}, input {input}, kernel {place}</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>输出 {output}，输入 {input}，卷积核 {place}</translation>
    </message>
    <message>
      <source>outputs × (inputs × {kernel})</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>输出 ×（输入 × {kernel}）</translation>
    </message>
    <message>
      <source>outputs × inputs</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>输出 × 输入</translation>
    </message>
    <message>
      <source>rows: output channels; columns: inputs</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>行：输出通道；列：输入</translation>
    </message>
    <message>
      <source>rows: output channels; columns: inputs × kernel {kernel}</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>行：输出通道；列：输入 × 卷积核 {kernel}</translation>
    </message>
    <message>
      <source>{rows} × {columns} weights</source>
      <extracomment>workbench/ui/plots/weights/heat.py</extracomment>
      <translation>{rows} × {columns} 个权重</translation>
    </message>
    <message>
      <source>(widest: channel {number})</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>（最宽：通道 {number}）</translation>
    </message>
    <message>
      <source>, {count} outside the plot</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>，{count} 个超出显示范围</translation>
    </message>
    <message>
      <source>All weights</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>全部权重</translation>
    </message>
    <message>
      <source>Logarithmic counts</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>对数计数</translation>
    </message>
    <message>
      <source>Logarithmic counts, so that rare weights are visible</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>对数计数，使稀少的权重可见</translation>
    </message>
    <message>
      <source>Outliers lie more than three interquartile ranges outside the quartiles of the non-zero weights (Tukey's outer fences) and are marked by dots above the axis. After an edit the fences of the original apply.</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>离群值位于非零权重的四分位数之外三个四分位距以上（Tukey 外栅栏），由坐标轴上方的圆点标出。编辑后仍使用原始权重的界限。</translation>
    </message>
    <message>
      <source>Select a layer to see its weights.</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>选择一层以查看其权重。</translation>
    </message>
    <message>
      <source>The ranges of all output channels, side by side</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>并排显示所有输出通道的范围</translation>
    </message>
    <message>
      <source>after training</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>训练后</translation>
    </message>
    <message>
      <source>after: estimated from this histogram, updating…</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>压缩后：由此直方图估计，正在更新…</translation>
    </message>
    <message>
      <source>after: for the previous value, updating…</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>压缩后：为上一个值的结果，正在更新…</translation>
    </message>
    <message>
      <source>log</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>对数</translation>
    </message>
    <message>
      <source>max</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>最大</translation>
    </message>
    <message>
      <source>mean</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>均值</translation>
    </message>
    <message>
      <source>min</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>最小</translation>
    </message>
    <message>
      <source>outliers</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>离群值</translation>
    </message>
    <message>
      <source>range ± {edge}</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>量化范围 ± {edge}</translation>
    </message>
    <message>
      <source>std</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>标准差</translation>
    </message>
    <message>
      <source>weights per bin</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>每个区间的权重数</translation>
    </message>
    <message>
      <source>zeros</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>零</translation>
    </message>
    <message>
      <source>{count} clipped</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>{count} 个被截断</translation>
    </message>
    <message>
      <source>{count} levels</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>{count} 个量化级别</translation>
    </message>
    <message>
      <source>{low} … {high}:  {n:,} weights</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>{low} … {high}：{n:,} 个权重</translation>
    </message>
    <message>
      <source>{n:,} weights in {bins} bins</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>{n:,} 个权重，{bins} 个区间</translation>
    </message>
    <message>
      <source>↑ {n:,} zeros</source>
      <extracomment>workbench/ui/plots/weights/histogram.py</extracomment>
      <translation>↑ {n:,} 个零</translation>
    </message>
    <message>
      <source>Point at a cell to read its value</source>
      <extracomment>workbench/ui/plots/weights/kernel_view.py</extracomment>
      <translation>将鼠标移到单元格上查看其值</translation>
    </message>
    <message>
      <source>row {row}, column {column}: {value}</source>
      <extracomment>workbench/ui/plots/weights/kernel_view.py</extracomment>
      <translation>第 {row} 行，第 {column} 列：{value}</translation>
    </message>
    <message>
      <source>weights</source>
      <extracomment>workbench/ui/plots/weights/kernel_view.py</extracomment>
      <translation>权重</translation>
    </message>
    <message>
      <source>← → go to the next kernel, Esc closes</source>
      <extracomment>workbench/ui/plots/weights/kernel_view.py</extracomment>
      <translation>← → 转到下一个卷积核，Esc 关闭</translation>
    </message>
    <message>
      <source>Drawing the kernels…</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>正在绘制卷积核…</translation>
    </message>
    <message>
      <source>Kernels</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>卷积核</translation>
    </message>
    <message>
      <source>Kernels of the original model</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>原始模型的卷积核</translation>
    </message>
    <message>
      <source>Largest kernels first</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>最大的卷积核在前</translation>
    </message>
    <message>
      <source>Next kernels</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>后面的卷积核</translation>
    </message>
    <message>
      <source>Original kernels</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>原始卷积核</translation>
    </message>
    <message>
      <source>Previous kernels</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>前面的卷积核</translation>
    </message>
    <message>
      <source>The kernels with the largest Frobenius norm first</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>Frobenius 范数最大的卷积核在前</translation>
    </message>
    <message>
      <source>by norm</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>按范数</translation>
    </message>
    <message>
      <source>norm {norm}</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>范数 {norm}</translation>
    </message>
    <message>
      <source>output {output}, in colour</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>输出 {output}，彩色</translation>
    </message>
    <message>
      <source>{count} of these all zero (×)</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>其中 {count} 个全为零（×）</translation>
    </message>
    <message>
      <source>{first} to {last} of {total} kernels</source>
      <extracomment>workbench/ui/plots/weights/kernels.py</extracomment>
      <translation>第 {first} 至 {last} 个，共 {total} 个卷积核</translation>
    </message>
    <message>
      <source>  ·  rank {rank} keeps {kept} of the energy</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>  ·  秩 {rank} 保留 {kept} 的能量</translation>
    </message>
    <message>
      <source>EVBMF</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>EVBMF</translation>
    </message>
    <message>
      <source>EVBMF rank {rank}  ·  {count} above the noise edge ({edge})</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>EVBMF 秩 {rank}  ·  {count} 个高于噪声边界（{edge}）</translation>
    </message>
    <message>
      <source>Energy: share of the sum of squared singular values that a rank keeps. Stable rank: that sum divided by its largest term. Noise edge: largest singular value expected of pure noise (Marchenko-Pastur, scaled by the median). EVBMF: rank estimated by empirical variational Bayesian matrix factorisation.</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>能量：某个秩保留的奇异值平方和的比例。稳定秩：该平方和除以其最大项。噪声边界：纯噪声预期的最大奇异值（Marchenko-Pastur，按中位数缩放）。EVBMF：由经验变分贝叶斯矩阵分解估计的秩。</translation>
    </message>
    <message>
      <source>Factorising saves no space at any rank</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>低秩分解在任何秩下都不节省空间</translation>
    </message>
    <message>
      <source>Factorising saves space up to rank {rank}</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>秩不超过 {rank} 时，低秩分解节省空间</translation>
    </message>
    <message>
      <source>Logarithmic singular values</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>奇异值取对数</translation>
    </message>
    <message>
      <source>Select a layer to see its singular values.</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>选择一层以查看其奇异值。</translation>
    </message>
    <message>
      <source>Singular values</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>奇异值</translation>
    </message>
    <message>
      <source>Singular values on a logarithmic scale</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>奇异值用对数刻度</translation>
    </message>
    <message>
      <source>Singular values weighted by the layer's inputs on the calibration samples; computed on demand</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>按该层在校准样本上的输入加权的奇异值；按需计算</translation>
    </message>
    <message>
      <source>This weight is not a matrix, so it has no singular values.</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>此权重不是矩阵，因此没有奇异值。</translation>
    </message>
    <message>
      <source>Whitened singular values</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>白化奇异值</translation>
    </message>
    <message>
      <source>index</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>序号</translation>
    </message>
    <message>
      <source>noise edge</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>噪声边界</translation>
    </message>
    <message>
      <source>rank for</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>秩：</translation>
    </message>
    <message>
      <source>rank {rank} · {kept} kept</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>秩 {rank} · 保留 {kept}</translation>
    </message>
    <message>
      <source>singular value</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>奇异值</translation>
    </message>
    <message>
      <source>stable rank</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>稳定秩</translation>
    </message>
    <message>
      <source>whitened</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>白化</translation>
    </message>
    <message>
      <source>σ of index {rank}:  {value}</source>
      <extracomment>workbench/ui/plots/weights/spectrum.py</extracomment>
      <translation>第 {rank} 个 σ：{value}</translation>
    </message>
    <message>
      <source>Computed from figures of your organisation, the size of the file and the measured latency.</source>
      <extracomment>workbench/ui/presentation/charts.py</extracomment>
      <translation>由使用者给出的数字、文件大小和实测延迟计算。</translation>
    </message>
    <message>
      <source>all layers alike</source>
      <extracomment>workbench/ui/presentation/charts.py</extracomment>
      <translation>各层相同</translation>
    </message>
    <message>
      <source>measured recipes</source>
      <extracomment>workbench/ui/presentation/charts.py</extracomment>
      <translation>已测量的配方</translation>
    </message>
    <message>
      <source>this recipe</source>
      <extracomment>workbench/ui/presentation/charts.py</extracomment>
      <translation>当前配方</translation>
    </message>
    <message>
      <source>Cannot save the presentation</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>无法保存演示文稿</translation>
    </message>
    <message>
      <source>Cannot use this design</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>无法使用此设计文件</translation>
    </message>
    <message>
      <source>Comparing predictions for the presentation…</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>正在为演示比较预测…</translation>
    </message>
    <message>
      <source>Design (*.yaml *.yml)</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>设计文件 (*.yaml *.yml)</translation>
    </message>
    <message>
      <source>No design</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>不用设计文件</translation>
    </message>
    <message>
      <source>Other file…</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>其他文件…</translation>
    </message>
    <message>
      <source>Page (*.html);;Document (*.pdf);;Images (*.png)</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>网页 (*.html);;文档 (*.pdf);;图片 (*.png)</translation>
    </message>
    <message>
      <source>Present</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示模式</translation>
    </message>
    <message>
      <source>Presentation design</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示设计</translation>
    </message>
    <message>
      <source>Presentation design…</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示设计…</translation>
    </message>
    <message>
      <source>Presentation saved as {first} to {last}</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示文稿已保存为 {first} 至 {last}</translation>
    </message>
    <message>
      <source>Presentation saved as {path}</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示文稿已保存为 {path}</translation>
    </message>
    <message>
      <source>Presentations use no design file</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示不使用设计文件</translation>
    </message>
    <message>
      <source>Presentations use the design {path}</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示使用设计文件 {path}</translation>
    </message>
    <message>
      <source>Presentations use the design {path}.</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>演示使用设计文件 {path}。</translation>
    </message>
    <message>
      <source>Save presentation</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>保存演示文稿</translation>
    </message>
    <message>
      <source>Save presentation…</source>
      <extracomment>workbench/ui/presentation/commands.py</extracomment>
      <translation>保存演示文稿…</translation>
    </message>
    <message>
      <source>'{key}' is not a colour such as #2a5fcc</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>“{key}”不是 #2a5fcc 这样的颜色</translation>
    </message>
    <message>
      <source>'{key}' is not a mapping</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>“{key}”不是映射</translation>
    </message>
    <message>
      <source>'{key}' is not a number from 0 to {most:.0e}</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>“{key}”不是 0 到 {most:.0e} 之间的数</translation>
    </message>
    <message>
      <source>'{key}' is not a text of at most {most:,} characters</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>“{key}”不是最多 {most:,} 个字符的文本</translation>
    </message>
    <message>
      <source>'{name}' is not an image next to this file</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>“{name}”不是此文件旁边的图片</translation>
    </message>
    <message>
      <source>See presentation.md in the documentation.</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>请参阅文档中的 presentation.md。</translation>
    </message>
    <message>
      <source>text on this background has a contrast of {ratio:.1f}:1; at least 4.5:1 is needed</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>文字与此背景的对比度为 {ratio:.1f}:1；至少需要 4.5:1</translation>
    </message>
    <message>
      <source>the logo is damaged</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>标志图片已损坏</translation>
    </message>
    <message>
      <source>the logo is larger than {most} MB</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>标志图片大于 {most} MB</translation>
    </message>
    <message>
      <source>the logo is neither a PNG nor a JPEG image</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>标志不是 PNG 或 JPEG 图片</translation>
    </message>
    <message>
      <source>the logo is wider or higher than {most} pixels</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>标志的宽或高超过 {most} 像素</translation>
    </message>
    <message>
      <source>the presentation design</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>演示设计文件</translation>
    </message>
    <message>
      <source>{name} is not a valid presentation design: {problem}.</source>
      <extracomment>workbench/ui/presentation/design.py</extracomment>
      <translation>{name} 不是有效的演示设计文件：{problem}。</translation>
    </message>
    <message>
      <source>○ forecast, nothing was run · ◐ estimated on part of the samples · ● measured on all samples · ✓ verified in the exported file.</source>
      <extracomment>workbench/ui/presentation/documents.py</extracomment>
      <translation>○ 预估，未运行 · ◐ 由部分样本估计 · ● 在全部样本上实测 · ✓ 已在导出的文件中验证。</translation>
    </message>
    <message>
      <source>{name} on {n} layers</source>
      <extracomment>workbench/ui/presentation/live.py</extracomment>
      <translation>{name}，共 {n} 层</translation>
    </message>
    <message>
      <source>No note. Write one under notes: {key} in the design file.</source>
      <extracomment>workbench/ui/presentation/notes.py</extracomment>
      <translation>没有备注。可在设计文件的 notes: {key} 下填写。</translation>
    </message>
    <message>
      <source>No steps yet: this is the original model.</source>
      <extracomment>workbench/ui/presentation/slides.py</extracomment>
      <translation>尚无步骤：这是原始模型。</translation>
    </message>
    <message>
      <source>Savings by layer</source>
      <extracomment>workbench/ui/presentation/slides.py</extracomment>
      <translation>各层节省</translation>
    </message>
    <message>
      <source>The three largest layers hold {share} of the bytes.</source>
      <extracomment>workbench/ui/presentation/slides.py</extracomment>
      <translation>最大的三层占全部字节的 {share}。</translation>
    </message>
    <message>
      <source>and {n} more</source>
      <extracomment>workbench/ui/presentation/slides.py</extracomment>
      <translation>另有 {n} 项</translation>
    </message>
    <message>
      <source>Delivery</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>分发</translation>
    </message>
    <message>
      <source>Electricity</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>电费</translation>
    </message>
    <message>
      <source>at {price} {currency} per kWh</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>每 kWh {price} {currency}</translation>
    </message>
    <message>
      <source>{copies} copies at {price} {currency} per GB</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>{copies} 份，每 GB {price} {currency}</translation>
    </message>
    <message>
      <source>{count} of {total} predictions changed: {lost} became wrong, {won} became right.</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>{total} 个预测中有 {count} 个改变：{lost} 个变错，{won} 个变对。</translation>
    </message>
    <message>
      <source>{n} smaller layers</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>{n} 个较小的层</translation>
    </message>
    <message>
      <source>{parameters} parameters in {n} layers, {size}</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>{n} 层共 {parameters} 个参数，{size}</translation>
    </message>
    <message>
      <source>{runs} runs of {joules} J; energy is assumed to be proportional to the measured latency</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>{runs} 次运行，每次 {joules} J；假定能耗与实测延迟成正比</translation>
    </message>
    <message>
      <source>✓ verified: the exported file was reopened and run</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>✓ 已验证：导出文件已重新打开并运行</translation>
    </message>
    <message>
      <source>✓ verified: the exported file was reopened and run on {n} samples</source>
      <extracomment>workbench/ui/presentation/story.py</extracomment>
      <translation>✓ 已验证：导出文件已重新打开并在 {n} 个样本上运行</translation>
    </message>
    <message>
      <source>Presentation</source>
      <extracomment>workbench/ui/presentation/window.py</extracomment>
      <translation>演示</translation>
    </message>
    <message>
      <source>Slide {n} of {total}</source>
      <extracomment>workbench/ui/presentation/window.py</extracomment>
      <translation>第 {n} 页，共 {total} 页</translation>
    </message>
    <message>
      <source>Space or click: next. Left arrow: back. N: notes. Escape: close.</source>
      <extracomment>workbench/ui/presentation/window.py</extracomment>
      <translation>空格或单击：下一页。左箭头：上一页。N：备注。Esc：关闭。</translation>
    </message>
    <message>
      <source>Recipe as text</source>
      <extracomment>workbench/ui/recipe_text/panel.py</extracomment>
      <translation>配方文本</translation>
    </message>
    <message>
      <source>edit text</source>
      <extracomment>workbench/ui/recipe_text/panel.py</extracomment>
      <translation>编辑文本</translation>
    </message>
    <message>
      <source>Copy the layers that differ, with the steps of both</source>
      <extracomment>workbench/ui/recipe_text/side_by_side.py</extracomment>
      <translation>复制有差异的层及两者的步骤</translation>
    </message>
    <message>
      <source>Recipes layer by layer</source>
      <extracomment>workbench/ui/recipe_text/side_by_side.py</extracomment>
      <translation>逐层比较配方</translation>
    </message>
    <message>
      <source>{first} and {second}: {n} of {total} layers differ</source>
      <extracomment>workbench/ui/recipe_text/side_by_side.py</extracomment>
      <translation>{first} 与 {second}：{total} 层中有 {n} 层不同</translation>
    </message>
    <message>
      <source>Autosave failed: {why} Save the session to keep your work.</source>
      <extracomment>workbench/ui/session/autosave.py</extracomment>
      <translation>自动保存失败：{why}请保存会话以保留您的工作。</translation>
    </message>
    <message>
      <source> Measuring this recipe crashed it twice: undo the last change.</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation> 测量此配方已使引擎崩溃两次：请撤销上一项更改。</translation>
    </message>
    <message>
      <source>Cannot reopen the model</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation>无法重新打开模型</translation>
    </message>
    <message>
      <source>Reopening the data</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation>正在重新打开数据</translation>
    </message>
    <message>
      <source>Reopening the model</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation>正在重新打开模型</translation>
    </message>
    <message>
      <source>Run &gt; Restart engine tries again.</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation>“运行 &gt; 重启引擎”可重试。</translation>
    </message>
    <message>
      <source>The model is not open. Reopen it with Run &gt; Restart engine.</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation>模型未打开。请用“运行 &gt; 重启引擎”重新打开。</translation>
    </message>
    <message>
      <source>{name} has changed on disk since it was opened. All measurements now use its new content.</source>
      <extracomment>workbench/ui/session/reconnect.py</extracomment>
      <translation>{name} 打开之后在磁盘上已改变。所有测量现在使用其新内容。</translation>
    </message>
    <message>
      <source>Stopped. The next scan resumes here.</source>
      <extracomment>workbench/ui/session/scans.py</extracomment>
      <translation>已停止。下次扫描从这里继续。</translation>
    </message>
    <message>
      <source>Cannot reopen the model with these options</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>无法用这些选项重新打开模型</translation>
    </message>
    <message>
      <source>Cannot save the recipe</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>无法保存配方</translation>
    </message>
    <message>
      <source>Cannot use this data</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>无法使用此数据</translation>
    </message>
    <message>
      <source>Cannot use this recipe</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>无法使用此配方</translation>
    </message>
    <message>
      <source>Exporting {name}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>正在导出 {name}</translation>
    </message>
    <message>
      <source>Measuring the original on {name}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>正在用 {name} 测量原始模型</translation>
    </message>
    <message>
      <source>Opening {name}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>正在打开 {name}</translation>
    </message>
    <message>
      <source>Recipe saved as {path}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>配方已保存为 {path}</translation>
    </message>
    <message>
      <source>Steps of this recipe that {title} does not support, by its rules: {count}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>依据 {title} 的规则，此配方中不支持的步骤：{count}</translation>
    </message>
    <message>
      <source>The export was cancelled; nothing was written.</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>导出已取消；没有写出任何内容。</translation>
    </message>
    <message>
      <source>These rows of the recipe match no layer: {rows}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>配方中的这些行不匹配任何层：{rows}</translation>
    </message>
    <message>
      <source>keep recipe</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>保留配方</translation>
    </message>
    <message>
      <source>load recipe</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>载入配方</translation>
    </message>
    <message>
      <source>no target</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>无目标设备</translation>
    </message>
    <message>
      <source>target {title}</source>
      <extracomment>workbench/ui/session/session.py</extracomment>
      <translation>目标设备 {title}</translation>
    </message>
    <message>
      <source>Delete {name}</source>
      <extracomment>workbench/ui/session/snapshots.py</extracomment>
      <translation>删除 {name}</translation>
    </message>
    <message>
      <source>Note on {name}</source>
      <extracomment>workbench/ui/session/snapshots.py</extracomment>
      <translation>{name} 的备注</translation>
    </message>
    <message>
      <source>Now</source>
      <extracomment>workbench/ui/session/snapshots.py</extracomment>
      <translation>现在</translation>
    </message>
    <message>
      <source>Rename {name}</source>
      <extracomment>workbench/ui/session/snapshots.py</extracomment>
      <translation>重命名 {name}</translation>
    </message>
    <message>
      <source>Snapshot</source>
      <extracomment>workbench/ui/session/snapshots.py</extracomment>
      <translation>快照</translation>
    </message>
    <message>
      <source>{times}x smaller</source>
      <extracomment>workbench/ui/session/snapshots.py</extracomment>
      <translation>缩小到 1/{times}</translation>
    </message>
    <message>
      <source>edit again</source>
      <extracomment>workbench/ui/session/state.py</extracomment>
      <translation>恢复编辑</translation>
    </message>
    <message>
      <source>leave alone</source>
      <extracomment>workbench/ui/session/state.py</extracomment>
      <translation>保持不变</translation>
    </message>
    <message>
      <source>Stopped. Measured values are kept.</source>
      <extracomment>workbench/ui/session/sweeps.py</extracomment>
      <translation>已停止。实测值已保留。</translation>
    </message>
    <message>
      <source>Sweep</source>
      <extracomment>workbench/ui/session/sweeps.py</extracomment>
      <translation>参数扫描</translation>
    </message>
    <message>
      <source>Measuring</source>
      <extracomment>workbench/ui/session/sync.py</extracomment>
      <translation>测量中</translation>
    </message>
    <message>
      <source>Measuring latency</source>
      <extracomment>workbench/ui/session/timings.py</extracomment>
      <translation>正在测量延迟</translation>
    </message>
    <message>
      <source>Measuring the time of each layer</source>
      <extracomment>workbench/ui/session/timings.py</extracomment>
      <translation>正在测量各层耗时</translation>
    </message>
    <message>
      <source>Add a stage first.</source>
      <extracomment>workbench/ui/session/training.py</extracomment>
      <translation>请先添加阶段。</translation>
    </message>
    <message>
      <source>Open a data set first: training needs samples.</source>
      <extracomment>workbench/ui/session/training.py</extracomment>
      <translation>请先打开数据集：训练需要样本。</translation>
    </message>
    <message>
      <source>Resuming training</source>
      <extracomment>workbench/ui/session/training.py</extracomment>
      <translation>正在继续训练</translation>
    </message>
    <message>
      <source>Stopped because the model or the data changed. Open the previous ones to resume.</source>
      <extracomment>workbench/ui/session/training.py</extracomment>
      <translation>模型或数据已改变，因此停止。请打开之前的模型和数据以继续。</translation>
    </message>
    <message>
      <source>Stopped. Training this recipe again resumes here.</source>
      <extracomment>workbench/ui/session/training.py</extracomment>
      <translation>已停止。再次训练此配方时从这里继续。</translation>
    </message>
    <message>
      <source>&lt;b&gt;Add a step&lt;/b&gt; on the right: prune, quantise, factorise or distil. Drag its slider, or the line in the plot.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>在右侧&lt;b&gt;添加步骤&lt;/b&gt;：剪枝、量化、低秩分解或蒸馏。拖动它的滑块，或图中的线。</translation>
    </message>
    <message>
      <source>&lt;b&gt;Export&lt;/b&gt; (Ctrl+E). The file is reopened and compared with the preview.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>&lt;b&gt;导出&lt;/b&gt;（Ctrl+E）。文件会被重新打开，并与预览比较。</translation>
    </message>
    <message>
      <source>&lt;b&gt;Open&lt;/b&gt; a model (Ctrl+O), then data to measure it with (Ctrl+D), or drop both on the window.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>&lt;b&gt;打开&lt;/b&gt;模型（Ctrl+O），再打开用于测量的数据（Ctrl+D），或把两者一起拖到窗口上。</translation>
    </message>
    <message>
      <source>&lt;b&gt;Read&lt;/b&gt; the scoreboard at the bottom: size, accuracy with its interval, and how each figure was obtained: ○ forecast, ◐ estimated on part of the samples, ● measured on all, ✓ verified in the exported file.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>&lt;b&gt;阅读&lt;/b&gt;底部的计分板：大小、带区间的准确率，以及每个数值的来源：○ 预估，◐ 由部分样本估计，● 在全部样本上实测，✓ 已在导出的文件中验证。</translation>
    </message>
    <message>
      <source>&lt;b&gt;Select&lt;/b&gt; a layer on the left. The middle shows its weights and singular values.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>在左侧&lt;b&gt;选择&lt;/b&gt;一层。中间显示它的权重和奇异值。</translation>
    </message>
    <message>
      <source>Ctrl+K finds every command. Ctrl+F filters the layers. Ctrl+Z undoes the last change.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>Ctrl+K 查找所有命令。Ctrl+F 筛选层。Ctrl+Z 撤销上一项更改。</translation>
    </message>
    <message>
      <source>First or last value</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>第一个或最后一个值</translation>
    </message>
    <message>
      <source>First steps</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>入门</translation>
    </message>
    <message>
      <source>Inputs</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>输入</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>键盘快捷键</translation>
    </message>
    <message>
      <source>Licence: Apache-2.0</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>许可证：Apache-2.0</translation>
    </message>
    <message>
      <source>Move in large steps</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>大步移动</translation>
    </message>
    <message>
      <source>Move the line</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>移动线</translation>
    </message>
    <message>
      <source>Move the step up or down</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>上移或下移步骤</translation>
    </message>
    <message>
      <source>Next slide</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>下一页</translation>
    </message>
    <message>
      <source>Open a trained model, inspect every layer, compress it interactively, and export exactly what you measured.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>打开训练好的模型，查看每一层，交互式地压缩它，并导出您实测过的模型。</translation>
    </message>
    <message>
      <source>Open or close a module</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>展开或折叠模块</translation>
    </message>
    <message>
      <source>Outputs</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>输出</translation>
    </message>
    <message>
      <source>Plots</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>图</translation>
    </message>
    <message>
      <source>Previous slide</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>上一页</translation>
    </message>
    <message>
      <source>Select several layers</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>选择多层</translation>
    </message>
    <message>
      <source>Show all again</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>再次显示全部</translation>
    </message>
    <message>
      <source>Switch between lines and values</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>在线与数值之间切换</translation>
    </message>
    <message>
      <source>The engine is still starting.</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>引擎仍在启动。</translation>
    </message>
    <message>
      <source>This model</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>此模型</translation>
    </message>
    <message>
      <source>Zoom in or out</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>放大或缩小</translation>
    </message>
    <message>
      <source>{n} parameters</source>
      <extracomment>workbench/ui/shell/about.py</extracomment>
      <translation>{n} 个参数</translation>
    </message>
    <message>
      <source>Views</source>
      <extracomment>workbench/ui/shell/main_layout.py</extracomment>
      <translation>视图</translation>
    </message>
    <message>
      <source>Discard</source>
      <extracomment>workbench/ui/shell/main_window.py</extracomment>
      <translation>放弃</translation>
    </message>
    <message>
      <source>Later</source>
      <extracomment>workbench/ui/shell/main_window.py</extracomment>
      <translation>稍后</translation>
    </message>
    <message>
      <source>Restore your work on {name}?</source>
      <extracomment>workbench/ui/shell/main_window.py</extracomment>
      <translation>要还原您在 {name} 上的工作吗？</translation>
    </message>
    <message>
      <source>The program stopped unexpectedly at {time}. Layers with steps: {steps}. Snapshots: {snapshots}.</source>
      <extracomment>workbench/ui/shell/main_window.py</extracomment>
      <translation>程序在 {time} 意外停止。有步骤的层：{steps}。快照：{snapshots}。</translation>
    </message>
    <message>
      <source>Unsaved work</source>
      <extracomment>workbench/ui/shell/main_window.py</extracomment>
      <translation>未保存的工作</translation>
    </message>
    <message>
      <source>{n} samples, {metric}</source>
      <extracomment>workbench/ui/shell/main_window.py</extracomment>
      <translation>{n} 个样本，{metric}</translation>
    </message>
    <message>
      <source>&amp;Edit</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>编辑(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;File</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>文件(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Help</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>帮助(&amp;H)</translation>
    </message>
    <message>
      <source>&amp;Model</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>模型(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;Run</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>运行(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;View</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>视图(&amp;V)</translation>
    </message>
    <message>
      <source>A second window opens, with another engine.</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>正在打开第二个窗口，它使用另一个引擎。</translation>
    </message>
    <message>
      <source>About</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>关于</translation>
    </message>
    <message>
      <source>About this model…</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>关于此模型…</translation>
    </message>
    <message>
      <source>All commands…</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>所有命令…</translation>
    </message>
    <message>
      <source>Cancel running job</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>取消正在运行的任务</translation>
    </message>
    <message>
      <source>Copied as a Python script that writes to {folder}</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>已复制为 Python 脚本，输出写入 {folder}</translation>
    </message>
    <message>
      <source>Copied as a shell command that writes to {folder}</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>已复制为命令行命令，输出写入 {folder}</translation>
    </message>
    <message>
      <source>Copy as Python</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>复制为 Python</translation>
    </message>
    <message>
      <source>Copy as command</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>复制为命令</translation>
    </message>
    <message>
      <source>Dark</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>深色</translation>
    </message>
    <message>
      <source>Filter layers</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>筛选层</translation>
    </message>
    <message>
      <source>Full screen</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>全屏</translation>
    </message>
    <message>
      <source>Layer tree</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>层列表</translation>
    </message>
    <message>
      <source>Light</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>浅色</translation>
    </message>
    <message>
      <source>Measure again</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>重新测量</translation>
    </message>
    <message>
      <source>Measure latency</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>测量延迟</translation>
    </message>
    <message>
      <source>Measure layers</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>测量各层耗时</translation>
    </message>
    <message>
      <source>New window</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>新建窗口</translation>
    </message>
    <message>
      <source>Next pane</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>下一个窗格</translation>
    </message>
    <message>
      <source>No job is running.</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>没有正在运行的任务。</translation>
    </message>
    <message>
      <source>No window was opened.</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>未能打开窗口。</translation>
    </message>
    <message>
      <source>Open recent</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>最近打开</translation>
    </message>
    <message>
      <source>Panels</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>面板</translation>
    </message>
    <message>
      <source>Preferences</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>首选项</translation>
    </message>
    <message>
      <source>Preferences…</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>首选项…</translation>
    </message>
    <message>
      <source>Previous pane</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>上一个窗格</translation>
    </message>
    <message>
      <source>Quit</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>退出</translation>
    </message>
    <message>
      <source>Recent data</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>最近的数据</translation>
    </message>
    <message>
      <source>Recent recipes</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>最近的配方</translation>
    </message>
    <message>
      <source>Reset layout</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>重置布局</translation>
    </message>
    <message>
      <source>Restart engine</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>重启引擎</translation>
    </message>
    <message>
      <source>Save graph…</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>保存计算图…</translation>
    </message>
    <message>
      <source>Scan layer sensitivity</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>扫描各层敏感度</translation>
    </message>
    <message>
      <source>Show log</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>显示日志</translation>
    </message>
    <message>
      <source>Sweep one parameter</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>扫描单个参数</translation>
    </message>
    <message>
      <source>System</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>Tabs</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>标签页</translation>
    </message>
    <message>
      <source>Take the tour</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>开始导览</translation>
    </message>
    <message>
      <source>Theme</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>主题</translation>
    </message>
    <message>
      <source>Weight images</source>
      <extracomment>workbench/ui/shell/menus.py</extracomment>
      <translation>权重图像</translation>
    </message>
    <message>
      <source>Commands</source>
      <extracomment>workbench/ui/shell/palette/palette.py</extracomment>
      <translation>命令</translation>
    </message>
    <message>
      <source>Find a command</source>
      <extracomment>workbench/ui/shell/palette/palette.py</extracomment>
      <translation>查找命令</translation>
    </message>
    <message>
      <source>No matching command</source>
      <extracomment>workbench/ui/shell/palette/palette.py</extracomment>
      <translation>没有匹配的命令</translation>
    </message>
    <message>
      <source>Search commands, methods, layers, settings</source>
      <extracomment>workbench/ui/shell/palette/palette.py</extracomment>
      <translation>搜索命令、方法、层和设置</translation>
    </message>
    <message>
      <source>All are perceptually uniform and suit colour-blind readers.</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>所有配色的感知亮度均匀，色觉异常者也能分辨。</translation>
    </message>
    <message>
      <source>Animations</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>动画</translation>
    </message>
    <message>
      <source>Automatic ({n})</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>自动（{n}）</translation>
    </message>
    <message>
      <source>Basic ones first</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>先显示基本参数</translation>
    </message>
    <message>
      <source>Changing this restarts the engine; your work is kept.</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>更改后引擎会重新启动；您的工作会保留。</translation>
    </message>
    <message>
      <source>Colormap</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>配色图</translation>
    </message>
    <message>
      <source>Compute threads</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>计算线程数</translation>
    </message>
    <message>
      <source>Dask cluster</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>Dask 集群</translation>
    </message>
    <message>
      <source>Each process needs its own memory for model and data. The results do not depend on the number.</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>每个进程各自占用存放模型和数据的内存。进程数不影响结果。</translation>
    </message>
    <message>
      <source>Interface scale</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>界面缩放</translation>
    </message>
    <message>
      <source>Language</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>语言</translation>
    </message>
    <message>
      <source>Language and interface scale change after a restart.</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>语言和界面缩放在重新启动后更改。</translation>
    </message>
    <message>
      <source>Model and data are sent to this scheduler and its answers are trusted; name only your own.</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>模型和数据会发送到该调度器，其返回结果会被直接信任；请只填写您自己的调度器。</translation>
    </message>
    <message>
      <source>Model folder</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>模型文件夹</translation>
    </message>
    <message>
      <source>Not an address; write tcp://HOST:PORT. Work stays on this machine.</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>不是有效地址；请写成 tcp://HOST:PORT。计算仍在本机进行。</translation>
    </message>
    <message>
      <source>Off</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>关闭</translation>
    </message>
    <message>
      <source>On</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>开启</translation>
    </message>
    <message>
      <source>One per core</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>每个核心一个</translation>
    </message>
    <message>
      <source>Parameters in forms</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>表单参数</translation>
    </message>
    <message>
      <source>Worker processes</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>工作进程数</translation>
    </message>
    <message>
      <source>last used folder</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>上次使用的文件夹</translation>
    </message>
    <message>
      <source>none; for example {address}</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>无；例如 {address}</translation>
    </message>
    <message>
      <source>workbench in your home folder</source>
      <extracomment>workbench/ui/shell/preferences.py</extracomment>
      <translation>主目录下的 workbench</translation>
    </message>
    <message>
      <source>About this model (Ctrl+I)</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>关于此模型（Ctrl+I）</translation>
    </message>
    <message>
      <source>Idle</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>空闲</translation>
    </message>
    <message>
      <source>Jobs and log (Ctrl+Shift+J)</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>任务与日志（Ctrl+Shift+J）</translation>
    </message>
    <message>
      <source>No data: accuracy is not measured</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>无数据：不测量准确率</translation>
    </message>
    <message>
      <source>Open other data (Ctrl+D)</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>打开其他数据（Ctrl+D）</translation>
    </message>
    <message>
      <source>The engine has stopped</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>引擎已停止</translation>
    </message>
    <message>
      <source>The engine is starting</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>引擎正在启动</translation>
    </message>
    <message>
      <source>input {shape}</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>输入 {shape}</translation>
    </message>
    <message>
      <source>one thread per core</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>每个核心一个线程</translation>
    </message>
    <message>
      <source>opset {number}</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>opset {number}</translation>
    </message>
    <message>
      <source>with labels</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>有标签</translation>
    </message>
    <message>
      <source>without labels</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>无标签</translation>
    </message>
    <message>
      <source>{n} inputs</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>{n} 个输入</translation>
    </message>
    <message>
      <source>{n} threads</source>
      <extracomment>workbench/ui/shell/status.py</extracomment>
      <translation>{n} 个线程</translation>
    </message>
    <message>
      <source>Compress</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>压缩</translation>
    </message>
    <message>
      <source>Inspect</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>查看</translation>
    </message>
    <message>
      <source>Make a trained model smaller, and see the cost in accuracy</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>让训练好的模型变小，并看到准确率的代价</translation>
    </message>
    <message>
      <source>New here? A short tour of the demo: try the main tasks once.</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>初次使用？跟随演示模型的简短导览，完成一次主要任务。</translation>
    </message>
    <message>
      <source>No, thanks</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>不用了</translation>
    </message>
    <message>
      <source>Open a model…</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>打开模型…</translation>
    </message>
    <message>
      <source>The preview measures the graph that is exported, in the same runtime.</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>预览测量的就是要导出的计算图，使用同一个运行时。</translation>
    </message>
    <message>
      <source>Try the demo: convolutional network</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>试用演示：卷积网络</translation>
    </message>
    <message>
      <source>Try the demo: vision transformer</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>试用演示：视觉 Transformer</translation>
    </message>
    <message>
      <source>a smaller file that is reopened and compared with the preview</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>更小的文件，重新打开并与预览比较</translation>
    </message>
    <message>
      <source>a trained model, ONNX or PyTorch, and data to measure it with</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>训练好的模型（ONNX 或 PyTorch），以及用于测量的数据</translation>
    </message>
    <message>
      <source>any layer: prune, quantise, factorise or distil; size and accuracy follow</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>任意一层：剪枝、量化、低秩分解或蒸馏；大小和准确率随之更新</translation>
    </message>
    <message>
      <source>every layer: weights, singular values, share of the size</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>每一层：权重、奇异值、所占大小</translation>
    </message>
    <message>
      <source>or drop files here</source>
      <extracomment>workbench/ui/shell/welcome.py</extracomment>
      <translation>或把文件拖到这里</translation>
    </message>
    <message>
      <source>Bars: min to max, 1 % to 99 %, quartiles; dot: mean</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>条：最小至最大、1 % 至 99 %、四分位数；点：均值</translation>
    </message>
    <message>
      <source>Channels with the widest range first</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>范围最宽的通道在前</translation>
    </message>
    <message>
      <source>Sort channels by range</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>按范围排列通道</translation>
    </message>
    <message>
      <source>activation value</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>激活值</translation>
    </message>
    <message>
      <source>by range</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>按范围</translation>
    </message>
    <message>
      <source>channel {channel}: {low} … {high}, 98 % in {a} … {b}, mean {mean} ± {std}, {zeros} zeros</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>通道 {channel}：{low} … {high}，98 % 在 {a} … {b}，均值 {mean} ± {std}，{zeros} 为零</translation>
    </message>
    <message>
      <source>channel {channel}: {was} → {now}, mean {mean} → {mean_now}</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>通道 {channel}：{was} → {now}，均值 {mean} → {mean_now}</translation>
    </message>
    <message>
      <source>channel, widest range first</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>通道，范围最宽者在前</translation>
    </message>
    <message>
      <source>dashed: 8-bit range</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>虚线：8 位量化范围</translation>
    </message>
    <message>
      <source>grey: original, coloured: compressed</source>
      <extracomment>workbench/ui/tabs/activations/ranges_plot.py</extracomment>
      <translation>灰色：原始模型，彩色：压缩后</translation>
    </message>
    <message>
      <source>8 bits: 99.99 %</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>8 位：99.99 %</translation>
    </message>
    <message>
      <source>8 bits: all values</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>8 位：所有值</translation>
    </message>
    <message>
      <source>8 bits: entropy</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>8 位：熵</translation>
    </message>
    <message>
      <source>8 bits: least squares</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>8 位：最小二乘</translation>
    </message>
    <message>
      <source>Activations need samples. Open a data set first.</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>激活值需要样本。请先打开数据集。</translation>
    </message>
    <message>
      <source>After the bias, and after the activation function where nothing else reads its input</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>在偏置之后；若没有其他节点读取激活函数之前的值，则在激活函数之后</translation>
    </message>
    <message>
      <source>Calibration of 8-bit range</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>8 位量化范围的校准</translation>
    </message>
    <message>
      <source>Input</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>输入</translation>
    </message>
    <message>
      <source>Running the calibration samples…</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>正在运行校准样本…</translation>
    </message>
    <message>
      <source>Select a layer to see its activations.</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>选择一层以查看其激活值。</translation>
    </message>
    <message>
      <source>The 8-bit range covers all values, covers 99.99 % of them, minimises the squared error, or minimises the KL divergence of the distribution (entropy)</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>8 位量化范围覆盖所有值、覆盖其中 99.99 %、使平方误差最小，或使分布的 KL 散度最小（熵）</translation>
    </message>
    <message>
      <source>This layer receives indices, which have no value range.</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>该层接收的是索引，没有取值范围。</translation>
    </message>
    <message>
      <source>Values</source>
      <extracomment>workbench/ui/tabs/activations/tab.py</extracomment>
      <translation>值</translation>
    </message>
    <message>
      <source>Logarithmic counts, so that rare values are visible</source>
      <extracomment>workbench/ui/tabs/activations/values_plot.py</extracomment>
      <translation>对数计数，使稀少的值可见</translation>
    </message>
    <message>
      <source>coloured: compressed</source>
      <extracomment>workbench/ui/tabs/activations/values_plot.py</extracomment>
      <translation>彩色：压缩后</translation>
    </message>
    <message>
      <source>dotted: 8-bit range</source>
      <extracomment>workbench/ui/tabs/activations/values_plot.py</extracomment>
      <translation>点线：8 位量化范围</translation>
    </message>
    <message>
      <source>values per bin</source>
      <extracomment>workbench/ui/tabs/activations/values_plot.py</extracomment>
      <translation>每个区间的值数</translation>
    </message>
    <message>
      <source>{count} values of {channels} channels</source>
      <extracomment>workbench/ui/tabs/activations/values_plot.py</extracomment>
      <translation>{channels} 个通道的 {count} 个值</translation>
    </message>
    <message>
      <source>{low} … {high}:  {share} of the values</source>
      <extracomment>workbench/ui/tabs/activations/values_plot.py</extracomment>
      <translation>{low} … {high}：占全部值的 {share}</translation>
    </message>
    <message>
      <source>8-bit range: {low} … {high} in steps of {step}. Clipped: {clipped} of all values ({below} below, {above} above).</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>8 位量化范围：{low} … {high}，步长 {step}。全部值的 {clipped} 被截断（下方 {below}，上方 {above}）。</translation>
    </message>
    <message>
      <source>Compressed: range {was} → {now}, dead channels {dead} → {dead_now}</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>压缩后：范围 {was} → {now}，失活通道 {dead} → {dead_now}</translation>
    </message>
    <message>
      <source>Compressed: running the calibration samples…</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>压缩后：正在运行校准样本…</translation>
    </message>
    <message>
      <source>Compressed: {sentence}</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>压缩后：{sentence}</translation>
    </message>
    <message>
      <source>Compressed: ● measured on {n}</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>压缩后：● 已在 {n} 个样本上测量</translation>
    </message>
    <message>
      <source>Compressed: ◐ {n} of {total} so far</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>压缩后：◐ 已完成 {n} / {total}</translation>
    </message>
    <message>
      <source>Dead channels (zero on every sample): {n} of {all} ({channels}).</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>失活通道（在每个样本上都为零）：{all} 个中的 {n} 个（{channels}）。</translation>
    </message>
    <message>
      <source>No dead channels.</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>没有失活通道。</translation>
    </message>
    <message>
      <source>No outlier channels (&gt; 6x the median range).</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>没有离群通道（范围超过中位数的 6 倍）。</translation>
    </message>
    <message>
      <source>Outlier channels (&gt; 6x the median range): {n} of {all} ({channels}). They coarsen the quantisation of all others; channel {first} has {times}x the median range.</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>离群通道（范围超过中位数的 6 倍）：{all} 个中的 {n} 个（{channels}）。它们使其他所有通道的量化变粗；通道 {first} 的范围是中位数的 {times} 倍。</translation>
    </message>
    <message>
      <source>largest shift of a mean: {shift} std (channel {channel})</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>均值最大偏移：{shift} 个标准差（通道 {channel}）</translation>
    </message>
    <message>
      <source>{n} of {all} channels left</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>剩余通道 {n} / {all}</translation>
    </message>
    <message>
      <source>● measured on {n} calibration samples</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>● 在 {n} 个校准样本上实测</translation>
    </message>
    <message>
      <source>◐ {n} of {total} calibration samples so far</source>
      <extracomment>workbench/ui/tabs/activations/words.py</extracomment>
      <translation>◐ 目前 {total} 个校准样本中的 {n} 个</translation>
    </message>
    <message>
      <source>* Weights reverted, channels not.</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>* 权重已还原，通道未还原。</translation>
    </message>
    <message>
      <source>Channels reverted together with {layers}.</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>通道与下列层一并还原：{layers}。</translation>
    </message>
    <message>
      <source>Cumulative</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>累计</translation>
    </message>
    <message>
      <source>Each layer was reverted to its original weights (and channels, together with the coupled layers) while all others kept their steps. Margin: gain of the originally predicted class's score over the next class.</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>每次把一层还原为原始权重（通道则与耦合的层一并还原），其他层保留步骤。间隔：原始预测类别的得分相对下一类别的增量。</translation>
    </message>
    <message>
      <source>Fixed by this layer</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>此层修复</translation>
    </message>
    <message>
      <source>Layers reverted</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>已还原的层</translation>
    </message>
    <message>
      <source>Margin</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>间隔</translation>
    </message>
    <message>
      <source>The first {count} together fix all.</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>前 {count} 层一起可修复全部。</translation>
    </message>
    <message>
      <source>Weights reverted, channels not. {why}</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>权重已还原，通道未还原。{why}</translation>
    </message>
    <message>
      <source>{layer} (+{n} coupled)</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>{layer}（及耦合的 {n} 层）</translation>
    </message>
    <message>
      <source>{what}: no single layer is responsible.</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>{what}：没有单独一层可归责。</translation>
    </message>
    <message>
      <source>{what}: reverting one layer at a time…</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>{what}：正在逐层还原…</translation>
    </message>
    <message>
      <source>{what}: reverting {layer} fixes {k} of {n}.</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>{what}：还原 {layer} 可修复 {n} 个中的 {k} 个。</translation>
    </message>
    <message>
      <source>{what}: {tried} of {layers} layers reverted…</source>
      <extracomment>workbench/ui/tabs/compare/attribution.py</extracomment>
      <translation>{what}：已还原 {layers} 层中的 {tried} 层…</translation>
    </message>
    <message>
      <source>Comparing predictions</source>
      <extracomment>workbench/ui/tabs/compare/changed_predictions.py</extracomment>
      <translation>比较预测</translation>
    </message>
    <message>
      <source>Finding responsible layer</source>
      <extracomment>workbench/ui/tabs/compare/changed_predictions.py</extracomment>
      <translation>查找责任层</translation>
    </message>
    <message>
      <source>Class</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>类别</translation>
    </message>
    <message>
      <source>Classes</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>类别</translation>
    </message>
    <message>
      <source>Find responsible layer</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>查找责任层</translation>
    </message>
    <message>
      <source>No labels: predictions of the original count as correct.</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>没有标签：以原始模型的预测为正确。</translation>
    </message>
    <message>
      <source>Show samples</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>显示样本</translation>
    </message>
    <message>
      <source>→ correct</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>→ 正确</translation>
    </message>
    <message>
      <source>→ wrong</source>
      <extracomment>workbench/ui/tabs/compare/classes.py</extracomment>
      <translation>→ 错误</translation>
    </message>
    <message>
      <source>Confusion matrix</source>
      <extracomment>workbench/ui/tabs/compare/confusion.py</extracomment>
      <translation>混淆矩阵</translation>
    </message>
    <message>
      <source>Orange = worse, blue = better.</source>
      <extracomment>workbench/ui/tabs/compare/confusion.py</extracomment>
      <translation>橙色 = 变差，蓝色 = 变好。</translation>
    </message>
    <message>
      <source>Rows: class predicted by the original. Columns: predicted class.</source>
      <extracomment>workbench/ui/tabs/compare/confusion.py</extracomment>
      <translation>行：原始模型预测的类别。列：预测类别。</translation>
    </message>
    <message>
      <source>Rows: true class. Columns: predicted class.</source>
      <extracomment>workbench/ui/tabs/compare/confusion.py</extracomment>
      <translation>行：真实类别。列：预测类别。</translation>
    </message>
    <message>
      <source>{truth}, predicted as {decision}: {before} before, {after} now ({change})</source>
      <extracomment>workbench/ui/tabs/compare/confusion.py</extracomment>
      <translation>{truth}，预测为 {decision}：之前 {before}，现在 {after}（{change}）</translation>
    </message>
    <message>
      <source>{truth}, predicted correctly: {before} before, {after} now ({change})</source>
      <extracomment>workbench/ui/tabs/compare/confusion.py</extracomment>
      <translation>{truth}，预测正确：之前 {before}，现在 {after}（{change}）</translation>
    </message>
    <message>
      <source>All corruptions (mean)</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>所有损坏（平均）</translation>
    </message>
    <message>
      <source>Both models run these samples once for each kind and strength</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>对每种损坏和每个强度，两个模型都会运行这些样本一次</translation>
    </message>
    <message>
      <source>Corruption</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>损坏</translation>
    </message>
    <message>
      <source>Corruptions</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>受损样本</translation>
    </message>
    <message>
      <source>Drop</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>下降</translation>
    </message>
    <message>
      <source>Drop another data set: a file or a folder of images</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>拖放另一数据集：文件或图像文件夹</translation>
    </message>
    <message>
      <source>File…</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>文件…</translation>
    </message>
    <message>
      <source>Folder of images…</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>图像文件夹…</translation>
    </message>
    <message>
      <source>Measure original and recipe on another data set: whether as much is lost there. A file or a folder of images can be dropped here, too.</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>在另一数据集上测量原始模型和配方：那里的损失是否相同。也可将文件或图像文件夹拖放到此处。</translation>
    </message>
    <message>
      <source>Measuring corrupted samples</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>正在测量受损样本</translation>
    </message>
    <message>
      <source>Measuring other data</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>正在测量其他数据</translation>
    </message>
    <message>
      <source>Open a data set to measure on corrupted samples.</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>打开一个数据集，以便在受损样本上测量。</translation>
    </message>
    <message>
      <source>Other data</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>其他数据</translation>
    </message>
    <message>
      <source>Other data…</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>其他数据…</translation>
    </message>
    <message>
      <source>Robustness lost</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>损失的稳定性</translation>
    </message>
    <message>
      <source>Stop measuring</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>停止测量</translation>
    </message>
    <message>
      <source>Strength</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>强度</translation>
    </message>
    <message>
      <source>The corruption that is drawn</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>图中显示的损坏</translation>
    </message>
    <message>
      <source>The recipe has changed since.</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>此后配方已更改。</translation>
    </message>
    <message>
      <source>{name}, {n} samples</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>{name}，{n} 个样本</translation>
    </message>
    <message>
      <source>● measured on {n} samples, corrupted alike for both. Robustness lost: the drop less that on clean samples; on average {lost}.</source>
      <extracomment>workbench/ui/tabs/compare/robustness/page.py</extracomment>
      <translation>● 在 {n} 个样本上实测，两个模型所用样本的损坏相同。损失的稳定性：下降减去在原样本上的下降；平均为 {lost}。</translation>
    </message>
    <message>
      <source>Grey: original. Blue: recipe. Point at a strength for its figures.</source>
      <extracomment>workbench/ui/tabs/compare/robustness/plot.py</extracomment>
      <translation>灰色：原始。蓝色：配方。指向某个强度即可查看数值。</translation>
    </message>
    <message>
      <source>Metric by strength</source>
      <extracomment>workbench/ui/tabs/compare/robustness/plot.py</extracomment>
      <translation>指标随强度的变化</translation>
    </message>
    <message>
      <source>Press Measure: original and recipe run on the same samples, corrupted in five strengths.</source>
      <extracomment>workbench/ui/tabs/compare/robustness/plot.py</extracomment>
      <translation>按“测量”：原始模型和配方在相同的样本上运行，样本以五种强度损坏。</translation>
    </message>
    <message>
      <source>Strength (0: clean samples)</source>
      <extracomment>workbench/ui/tabs/compare/robustness/plot.py</extracomment>
      <translation>强度（0：原样本）</translation>
    </message>
    <message>
      <source>Strength {strength}: original {first}, recipe {second}</source>
      <extracomment>workbench/ui/tabs/compare/robustness/plot.py</extracomment>
      <translation>强度 {strength}：原始 {first}，配方 {second}</translation>
    </message>
    <message>
      <source>mean of all corruptions</source>
      <extracomment>workbench/ui/tabs/compare/robustness/plot.py</extracomment>
      <translation>所有损坏的平均</translation>
    </message>
    <message>
      <source>All classes</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>所有类别</translation>
    </message>
    <message>
      <source>Another mistake</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>错误，答案不同</translation>
    </message>
    <message>
      <source>Changed samples</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>改变的样本</translation>
    </message>
    <message>
      <source>Most confident first; showing {shown} of {n} samples.</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>置信度最高的在前；显示 {n} 个样本中的 {shown} 个。</translation>
    </message>
    <message>
      <source>No samples changed this way.</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>没有样本发生这种变化。</translation>
    </message>
    <message>
      <source>Now correct</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>变为正确</translation>
    </message>
    <message>
      <source>Now wrong</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>变为错误</translation>
    </message>
    <message>
      <source>Only {truth} predicted as {decision}.</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>仅限预测为 {decision} 的 {truth}。</translation>
    </message>
    <message>
      <source>Sample {n}</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>样本 {n}</translation>
    </message>
    <message>
      <source>Sample {n} is {truth}: {before} ({sure}) before, {after} ({sure_now}) now.</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>样本 {n} 是 {truth}：之前预测 {before}（{sure}），现在预测 {after}（{sure_now}）。</translation>
    </message>
    <message>
      <source>Sample {n}: {before} before, {after} now.</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>样本 {n}：之前 {before}，现在 {after}。</translation>
    </message>
    <message>
      <source>Wrong before and now, with a different answer</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>之前和现在都错误，但答案不同</translation>
    </message>
    <message>
      <source>{n} samples</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>{n} 个样本</translation>
    </message>
    <message>
      <source>{n} samples selected</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>已选 {n} 个样本</translation>
    </message>
    <message>
      <source>{worse} of {n} samples became worse, {better} better ({metric}); worst first.</source>
      <extracomment>workbench/ui/tabs/compare/samples.py</extracomment>
      <translation>{n} 个样本中 {worse} 个变差，{better} 个变好（{metric}）；最差的在前。</translation>
    </message>
    <message>
      <source>Bars: 95 % interval.</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_chart.py</extracomment>
      <translation>误差线：95 % 区间。</translation>
    </message>
    <message>
      <source>Click to choose, Return restores.</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_chart.py</extracomment>
      <translation>单击可选择，按回车键还原。</translation>
    </message>
    <message>
      <source>Recipes whose metric was measured on the open data are drawn here: size across, metric up.</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_chart.py</extracomment>
      <translation>此处绘制已在当前数据上测量指标的配方：横轴为大小，纵轴为指标。</translation>
    </message>
    <message>
      <source>Size and metric</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_chart.py</extracomment>
      <translation>大小与指标</translation>
    </message>
    <message>
      <source>file size, {unit}</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_chart.py</extracomment>
      <translation>文件大小（{unit}）</translation>
    </message>
    <message>
      <source>Not measured. Press Measure in the scoreboard, or export.</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>未测量。请按计分板中的“测量”，或导出。</translation>
    </message>
    <message>
      <source>Restore the snapshot to measure it on the open data.</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>还原该快照，即可在当前打开的数据上测量。</translation>
    </message>
    <message>
      <source>Smaller</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>缩小</translation>
    </message>
    <message>
      <source>before training</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>训练前</translation>
    </message>
    <message>
      <source>no steps</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>无步骤</translation>
    </message>
    <message>
      <source>on other data</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>在其他数据上</translation>
    </message>
    <message>
      <source>trained</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>已训练</translation>
    </message>
    <message>
      <source>{share} kept</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>保留 {share}</translation>
    </message>
    <message>
      <source>{times}x</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_model.py</extracomment>
      <translation>{times} 倍</translation>
    </message>
    <message>
      <source>Back to the snapshots</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_page.py</extracomment>
      <translation>返回快照</translation>
    </message>
    <message>
      <source>Figures</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_page.py</extracomment>
      <translation>数值</translation>
    </message>
    <message>
      <source>○ forecast   ◐ estimated   ● measured   ✓ verified in the file</source>
      <extracomment>workbench/ui/tabs/compare/snapshots_page.py</extracomment>
      <translation>○ 预估   ◐ 估计   ● 实测   ✓ 已在文件中验证</translation>
    </message>
    <message>
      <source>Comparing predictions…</source>
      <extracomment>workbench/ui/tabs/compare/tab.py</extracomment>
      <translation>正在比较预测…</translation>
    </message>
    <message>
      <source>Confusion</source>
      <extracomment>workbench/ui/tabs/compare/tab.py</extracomment>
      <translation>混淆</translation>
    </message>
    <message>
      <source>Open a data set to compare predictions.</source>
      <extracomment>workbench/ui/tabs/compare/tab.py</extracomment>
      <translation>打开数据集以比较预测。</translation>
    </message>
    <message>
      <source>● measured on {n} samples, recipe against original</source>
      <extracomment>workbench/ui/tabs/compare/tab.py</extracomment>
      <translation>● 在 {n} 个样本上实测，配方与原始模型对照</translation>
    </message>
    <message>
      <source>Generating text</source>
      <extracomment>workbench/ui/tabs/generate/generating.py</extracomment>
      <translation>正在生成文本</translation>
    </message>
    <message>
      <source>Stopped. What was generated is kept.</source>
      <extracomment>workbench/ui/tabs/generate/generating.py</extracomment>
      <translation>已停止。已生成的内容会保留。</translation>
    </message>
    <message>
      <source>Generate</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>生成</translation>
    </message>
    <message>
      <source>Generated with a different recipe from the one shown.</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>生成时所用的配方与当前显示的不同。</translation>
    </message>
    <message>
      <source>Greedy: each token is the one with the highest score. Run as the preview runs.</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>贪心：每个词元都取分数最高者。运行方式与预览相同。</translation>
    </message>
    <message>
      <source>Identical tokens: {count}</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>相同词元数：{count}</translation>
    </message>
    <message>
      <source>Prompt</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>提示</translation>
    </message>
    <message>
      <source>They diverge at token {at}; the tokens from there on are marked.</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>两者从第 {at} 个词元起不同；此后的词元已标出。</translation>
    </message>
    <message>
      <source>Tokens</source>
      <extracomment>workbench/ui/tabs/generate/tab.py</extracomment>
      <translation>词元数</translation>
    </message>
    <message>
      <source>Everything else works without it.</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>其他功能不受影响。</translation>
    </message>
    <message>
      <source>Open a model to see its graph.</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>打开模型以查看其计算图。</translation>
    </message>
    <message>
      <source>Qt WebEngine could not be loaded. Install PySide6-Addons, or the system library named below (on Debian and Ubuntu: apt install libnss3 libasound2 libxcomposite1 libxdamage1 libxrandr2 libxtst6 libxkbfile1).</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>无法载入 Qt WebEngine。请安装 PySide6-Addons，或下方列出的系统库（Debian 和 Ubuntu：apt install libnss3 libasound2 libxcomposite1 libxdamage1 libxrandr2 libxtst6 libxkbfile1）。</translation>
    </message>
    <message>
      <source>Show without sandbox</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>不使用沙箱显示</translation>
    </message>
    <message>
      <source>The graph cannot be shown here</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>此处无法显示计算图</translation>
    </message>
    <message>
      <source>The graph view has crashed</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>计算图视图已崩溃</translation>
    </message>
    <message>
      <source>The graph view needs netron, exactly version 9.3.3. Install it with: pip install netron==9.3.3</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>计算图视图需要 netron 9.3.3 版。请安装：pip install netron==9.3.3</translation>
    </message>
    <message>
      <source>The program runs as root, and Chromium refuses to start its sandbox for root. Start the program as an ordinary user, or show the graph without the sandbox.</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>程序以 root 运行，而 Chromium 拒绝为 root 启动沙箱。请以普通用户启动程序，或不使用沙箱显示计算图。</translation>
    </message>
    <message>
      <source>This system does not allow ordinary users to create the namespaces that Chromium's sandbox needs. Ask your administrator to allow them, or show the graph without the sandbox.</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>此系统不允许普通用户创建 Chromium 沙箱所需的命名空间。请让管理员允许，或不使用沙箱显示计算图。</translation>
    </message>
    <message>
      <source>Try again</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>重试</translation>
    </message>
    <message>
      <source>Without the sandbox, a malicious model file that takes over the page could reach your files; the page still has no network access. This choice lasts until the program is closed.</source>
      <extracomment>workbench/ui/tabs/graph/note.py</extracomment>
      <translation>没有沙箱时，恶意模型文件若控制了页面，就可能接触您的文件；页面仍然不能访问网络。此选择在程序关闭前有效。</translation>
    </message>
    <message>
      <source>Open the Graph tab and wait for it.</source>
      <extracomment>workbench/ui/tabs/graph/picture.py</extracomment>
      <translation>请打开“计算图”选项卡并稍候。</translation>
    </message>
    <message>
      <source>Save it as SVG.</source>
      <extracomment>workbench/ui/tabs/graph/picture.py</extracomment>
      <translation>请保存为 SVG。</translation>
    </message>
    <message>
      <source>The graph cannot be drawn as PNG.</source>
      <extracomment>workbench/ui/tabs/graph/picture.py</extracomment>
      <translation>无法将计算图绘制为 PNG。</translation>
    </message>
    <message>
      <source>The graph is not drawn yet.</source>
      <extracomment>workbench/ui/tabs/graph/picture.py</extracomment>
      <translation>计算图尚未绘制。</translation>
    </message>
    <message>
      <source>Click: open the module</source>
      <extracomment>workbench/ui/tabs/graph/side.py</extracomment>
      <translation>点击：展开模块</translation>
    </message>
    <message>
      <source>{title} · drawing…</source>
      <extracomment>workbench/ui/tabs/graph/side.py</extracomment>
      <translation>{title} · 正在绘制…</translation>
    </message>
    <message>
      <source>{title} · {n:,} nodes</source>
      <extracomment>workbench/ui/tabs/graph/side.py</extracomment>
      <translation>{title} · {n:,} 个节点</translation>
    </message>
    <message>
      <source>Bytes saved</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>节省的字节</translation>
    </message>
    <message>
      <source>Cannot save the graph</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>无法保存计算图</translation>
    </message>
    <message>
      <source>Close {module}</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>收起 {module}</translation>
    </message>
    <message>
      <source>Colour by</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>着色依据</translation>
    </message>
    <message>
      <source>Colour the nodes of each layer by this quantity</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>按此数值为各层的节点着色</translation>
    </message>
    <message>
      <source>Draws each module as one box; a click on a box opens it.</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>将每个模块画成一个方框；点击方框即可展开。</translation>
    </message>
    <message>
      <source>Modules</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>模块</translation>
    </message>
    <message>
      <source>Modules as boxes</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>将模块画成方框</translation>
    </message>
    <message>
      <source>Open or close the module</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>展开或折叠模块</translation>
    </message>
    <message>
      <source>Open {module}</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>展开 {module}</translation>
    </message>
    <message>
      <source>PNG (*.png);;SVG (*.svg)</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>PNG (*.png);;SVG (*.svg)</translation>
    </message>
    <message>
      <source>Save graph</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>保存计算图</translation>
    </message>
    <message>
      <source>Save the whole graph as PNG or SVG</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>将整个计算图保存为 PNG 或 SVG</translation>
    </message>
    <message>
      <source>Saved {path}</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>已保存 {path}</translation>
    </message>
    <message>
      <source>Starting the graph view…</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>正在启动计算图视图…</translation>
    </message>
    <message>
      <source>The graph is saved when it is drawn.</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>计算图绘制完成后即可保存。</translation>
    </message>
    <message>
      <source>Time</source>
      <extracomment>workbench/ui/tabs/graph/tab.py</extracomment>
      <translation>耗时</translation>
    </message>
    <message>
      <source> (forecast)</source>
      <extracomment>workbench/ui/tabs/graph/tints.py</extracomment>
      <translation> （预估）</translation>
    </message>
    <message>
      <source>not timed: fused into another operator, or removed</source>
      <extracomment>workbench/ui/tabs/graph/tints.py</extracomment>
      <translation>未计时：已并入其他算子或已移除</translation>
    </message>
    <message>
      <source>{before} → {after}, {share} saved</source>
      <extracomment>workbench/ui/tabs/graph/tints.py</extracomment>
      <translation>{before} → {after}，节省 {share}</translation>
    </message>
    <message>
      <source>{metric} drop {drop} with {candidate} on this layer alone</source>
      <extracomment>workbench/ui/tabs/graph/tints.py</extracomment>
      <translation>仅此层采用 {candidate} 时，{metric} 下降 {drop}</translation>
    </message>
    <message>
      <source>{share} of the {whole} ms per run (measured)</source>
      <extracomment>workbench/ui/tabs/graph/tints.py</extracomment>
      <translation>占单次运行 {whole} ms 的 {share}（实测）</translation>
    </message>
    <message>
      <source>Double-click: properties</source>
      <extracomment>workbench/ui/tabs/graph/web.py</extracomment>
      <translation>双击：属性</translation>
    </message>
    <message>
      <source>The process that draws the graph stopped (code {code}).</source>
      <extracomment>workbench/ui/tabs/graph/web.py</extracomment>
      <translation>绘制计算图的进程已结束（代码 {code}）。</translation>
    </message>
    <message>
      <source>Attributes</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>属性</translation>
    </message>
    <message>
      <source>Connection properties</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>连接属性</translation>
    </message>
    <message>
      <source>Function properties</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>函数属性</translation>
    </message>
    <message>
      <source>Graph properties</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>计算图属性</translation>
    </message>
    <message>
      <source>Metadata</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>元数据</translation>
    </message>
    <message>
      <source>Metrics</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>指标</translation>
    </message>
    <message>
      <source>Model properties</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>模型属性</translation>
    </message>
    <message>
      <source>Node properties</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>节点属性</translation>
    </message>
    <message>
      <source>Show tensor</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>显示张量</translation>
    </message>
    <message>
      <source>Tensor properties</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>张量属性</translation>
    </message>
    <message>
      <source>category</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>类别</translation>
    </message>
    <message>
      <source>description</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>说明</translation>
    </message>
    <message>
      <source>format</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>格式</translation>
    </message>
    <message>
      <source>identifier</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>标识符</translation>
    </message>
    <message>
      <source>imports</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>导入</translation>
    </message>
    <message>
      <source>module</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>模块</translation>
    </message>
    <message>
      <source>name</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>名称</translation>
    </message>
    <message>
      <source>producer</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>生成工具</translation>
    </message>
    <message>
      <source>shape</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>形状</translation>
    </message>
    <message>
      <source>type</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>类型</translation>
    </message>
    <message>
      <source>value</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>值</translation>
    </message>
    <message>
      <source>version</source>
      <extracomment>workbench/ui/tabs/graph/words.py</extracomment>
      <translation>版本</translation>
    </message>
    <message>
      <source>Number of graph nodes that read this weight.</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>读取该权重的计算图节点数。</translation>
    </message>
    <message>
      <source>Stable rank</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>稳定秩</translation>
    </message>
    <message>
      <source>Sum of the squared singular values divided by the largest of them: effective number of directions.</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>奇异值平方和除以其中最大的一项：有效方向的数目。</translation>
    </message>
    <message>
      <source>Uses</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>使用次数</translation>
    </message>
    <message>
      <source>weight {shape}, {dtype}</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>权重 {shape}，{dtype}</translation>
    </message>
    <message>
      <source>{count} bytes</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>{count} 字节</translation>
    </message>
    <message>
      <source>{count} times</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>{count} 次</translation>
    </message>
    <message>
      <source>{stable} of {full}</source>
      <extracomment>workbench/ui/tabs/inspect/layer_header.py</extracomment>
      <translation>{stable} / {full}</translation>
    </message>
    <message>
      <source>Distributions of the selected layers</source>
      <extracomment>workbench/ui/tabs/inspect/selection_view.py</extracomment>
      <translation>所选层的分布</translation>
    </message>
    <message>
      <source>{count} MACs</source>
      <extracomment>workbench/ui/tabs/inspect/selection_view.py</extracomment>
      <translation>{count} MACs</translation>
    </message>
    <message>
      <source>{n:,} weights</source>
      <extracomment>workbench/ui/tabs/inspect/selection_view.py</extracomment>
      <translation>{n:,} 个权重</translation>
    </message>
    <message>
      <source>All selected layers side by side, with totals</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>并排显示所有所选的层及其合计</translation>
    </message>
    <message>
      <source>Computing the histogram…</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>正在计算直方图…</translation>
    </message>
    <message>
      <source>Computing the singular values…</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>正在计算奇异值…</translation>
    </message>
    <message>
      <source>Images</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>图像</translation>
    </message>
    <message>
      <source>Select a layer to inspect it.</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>选择一层以查看。</translation>
    </message>
    <message>
      <source>Selection</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>所选的层</translation>
    </message>
    <message>
      <source>Weight matrix before, after and difference, and kernels</source>
      <extracomment>workbench/ui/tabs/inspect/tab.py</extracomment>
      <translation>之前、之后与差值的权重矩阵，以及卷积核</translation>
    </message>
    <message>
      <source>Compare</source>
      <extracomment>workbench/ui/tabs/listing.py</extracomment>
      <translation>比较</translation>
    </message>
    <message>
      <source>Graph</source>
      <extracomment>workbench/ui/tabs/listing.py</extracomment>
      <translation>计算图</translation>
    </message>
    <message>
      <source>Plan</source>
      <extracomment>workbench/ui/tabs/listing.py</extracomment>
      <translation>规划</translation>
    </message>
    <message>
      <source>Recover</source>
      <extracomment>workbench/ui/tabs/listing.py</extracomment>
      <translation>精度恢复</translation>
    </message>
    <message>
      <source>% of the size</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>%（占原大小）</translation>
    </message>
    <message>
      <source>1 layer</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>1 层</translation>
    </message>
    <message>
      <source>All layers</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>所有层</translation>
    </message>
    <message>
      <source>Any steps</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>任意步骤</translation>
    </message>
    <message>
      <source>At most</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>至多</translation>
    </message>
    <message>
      <source>By rule: the target's figures</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>按规则：目标设备给出的数据</translation>
    </message>
    <message>
      <source>Find</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>查找</translation>
    </message>
    <message>
      <source>Kind of limit</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>限制类型</translation>
    </message>
    <message>
      <source>Limit</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>限制</translation>
    </message>
    <message>
      <source>MB</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>MB</translation>
    </message>
    <message>
      <source>MB memory</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>MB 内存</translation>
    </message>
    <message>
      <source>Measured: RAPL</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>实测：RAPL</translation>
    </message>
    <message>
      <source>Minutes after which the search ends with what it has</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>搜索到此分钟数后以现有结果结束</translation>
    </message>
    <message>
      <source>Retrain the best recipes</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>重新训练最佳配方</translation>
    </message>
    <message>
      <source>Samples that are run at most; part of them is held out for the final figure</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>最多运行的样本数；其中一部分留出，用于最终数值</translation>
    </message>
    <message>
      <source>Search for the best recipe within this limit</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>在此限制内搜索最佳配方</translation>
    </message>
    <message>
      <source>Select layers that can be edited.</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>请选择可编辑的层。</translation>
    </message>
    <message>
      <source>Selected layers ({n})</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>所选层（{n}）</translation>
    </message>
    <message>
      <source>The limit that the recipe must keep (Enter starts the search)</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>配方必须满足的限制（按 Enter 开始搜索）</translation>
    </message>
    <message>
      <source>Trains the best few on the calibration data, and measures them again</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>用校准数据训练最佳的几个配方，并重新测量</translation>
    </message>
    <message>
      <source>What is limited: file size, loss of the metric, operations, time, memory or energy; or nothing</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>限制的对象：文件大小、指标损失、运算量、时间、内存或能耗；或不限制</translation>
    </message>
    <message>
      <source>What the search may change, and how much it may run</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>搜索可以更改的内容，以及可以运行的量</translation>
    </message>
    <message>
      <source>Whole trade-off</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>完整权衡</translation>
    </message>
    <message>
      <source>all</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>全部</translation>
    </message>
    <message>
      <source>kB</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>kB</translation>
    </message>
    <message>
      <source>mJ energy</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>mJ 能耗</translation>
    </message>
    <message>
      <source>million MACs</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>百万 MAC</translation>
    </message>
    <message>
      <source>ms latency</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>ms 延迟</translation>
    </message>
    <message>
      <source>points lost</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>百分点下降</translation>
    </message>
    <message>
      <source>retrained</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>已重新训练</translation>
    </message>
    <message>
      <source>{n} min</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>{n} 分钟</translation>
    </message>
    <message>
      <source>{unit} lost</source>
      <extracomment>workbench/ui/tabs/plan/goal_bar.py</extracomment>
      <translation>{unit} 下降</translation>
    </message>
    <message>
      <source>Chosen by {selection} samples, {held} held out.</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>用 {selection} 个样本选择，留出 {held} 个。</translation>
    </message>
    <message>
      <source>Click a recipe to preview it, Ctrl+click a second one to compare, drag and scroll to zoom.</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>单击配方可预览，按住 Ctrl 单击另一个可比较，拖动和滚动可缩放。</translation>
    </message>
    <message>
      <source>Current recipe</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>当前配方</translation>
    </message>
    <message>
      <source>Energy, by rule</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>能耗（按规则）</translation>
    </message>
    <message>
      <source>Energy, measured</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>能耗（实测）</translation>
    </message>
    <message>
      <source>Horizontal axis</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>横轴</translation>
    </message>
    <message>
      <source>How, samples</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>来源，样本</translation>
    </message>
    <message>
      <source>Memory</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>内存</translation>
    </message>
    <message>
      <source>Recipes outside the plot: {n}.</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>超出显示范围的配方：{n} 个。</translation>
    </message>
    <message>
      <source>Set a limit and press Find. The metric of each recipe that is measured is drawn here against its size, with the predicted front and the recipes that treat all layers alike.</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>设置限制后按“查找”。这里画出每个实测配方的指标与大小，以及预测的前沿和所有层采用相同步骤的配方。</translation>
    </message>
    <message>
      <source>What the metric is drawn against</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>与指标对照的量</translation>
    </message>
    <message>
      <source>{axis}, {unit}</source>
      <extracomment>workbench/ui/tabs/plan/plot.py</extracomment>
      <translation>{axis}，{unit}</translation>
    </message>
    <message>
      <source>Apply to all layers</source>
      <extracomment>workbench/ui/tabs/plan/presets.py</extracomment>
      <translation>应用到所有层</translation>
    </message>
    <message>
      <source>computing…</source>
      <extracomment>workbench/ui/tabs/plan/presets.py</extracomment>
      <translation>正在计算…</translation>
    </message>
    <message>
      <source>not for this model</source>
      <extracomment>workbench/ui/tabs/plan/presets.py</extracomment>
      <translation>不适用于此模型</translation>
    </message>
    <message>
      <source>{size}, predicted: {change}</source>
      <extracomment>workbench/ui/tabs/plan/presets.py</extracomment>
      <translation>{size}，预测：{change}</translation>
    </message>
    <message>
      <source>{size}, {change}</source>
      <extracomment>workbench/ui/tabs/plan/presets.py</extracomment>
      <translation>{size}，{change}</translation>
    </message>
    <message>
      <source>Checking on held-out samples</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>正在用留出样本检查</translation>
    </message>
    <message>
      <source>Done</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>完成</translation>
    </message>
    <message>
      <source>End with what was found so far; a second click ends at once</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>以目前的结果结束；再次单击立即结束</translation>
    </message>
    <message>
      <source>Finishing</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>正在结束</translation>
    </message>
    <message>
      <source>Measuring whole recipes</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>正在测量完整配方</translation>
    </message>
    <message>
      <source>Pause</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Paused</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>Predicting candidates</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>正在预测候选</translation>
    </message>
    <message>
      <source>Racing candidates</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>正在竞速候选</translation>
    </message>
    <message>
      <source>Resume</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>继续</translation>
    </message>
    <message>
      <source>Training the best</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>正在训练最佳配方</translation>
    </message>
    <message>
      <source>Wait between two trials; nothing is lost</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>在两次试验之间暂停；不会丢失任何内容</translation>
    </message>
    <message>
      <source>waiting</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>等待中</translation>
    </message>
    <message>
      <source>{n} of {total}</source>
      <extracomment>workbench/ui/tabs/plan/running.py</extracomment>
      <translation>{n} / {total}</translation>
    </message>
    <message>
      <source>beyond the limit</source>
      <extracomment>workbench/ui/tabs/plan/symbols.py</extracomment>
      <translation>超出限制</translation>
    </message>
    <message>
      <source>layer by layer</source>
      <extracomment>workbench/ui/tabs/plan/symbols.py</extracomment>
      <translation>逐层</translation>
    </message>
    <message>
      <source>predicted</source>
      <extracomment>workbench/ui/tabs/plan/symbols.py</extracomment>
      <translation>预测</translation>
    </message>
    <message>
      <source>same for all layers</source>
      <extracomment>workbench/ui/tabs/plan/symbols.py</extracomment>
      <translation>所有层相同</translation>
    </message>
    <message>
      <source>search</source>
      <extracomment>workbench/ui/tabs/plan/symbols.py</extracomment>
      <translation>搜索</translation>
    </message>
    <message>
      <source>yours</source>
      <extracomment>workbench/ui/tabs/plan/symbols.py</extracomment>
      <translation>您的</translation>
    </message>
    <message>
      <source>Back to the list of recipes</source>
      <extracomment>workbench/ui/tabs/plan/tab.py</extracomment>
      <translation>返回配方列表</translation>
    </message>
    <message>
      <source>Presets</source>
      <extracomment>workbench/ui/tabs/plan/tab.py</extracomment>
      <translation>预设</translation>
    </message>
    <message>
      <source>Recipes that need no search: one stack of steps on every layer</source>
      <extracomment>workbench/ui/tabs/plan/tab.py</extracomment>
      <translation>无需搜索的配方：每层采用相同的步骤</translation>
    </message>
    <message>
      <source>apply {name}</source>
      <extracomment>workbench/ui/tabs/plan/tab.py</extracomment>
      <translation>应用 {name}</translation>
    </message>
    <message>
      <source>Bytes of the exported file</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>导出文件的字节数</translation>
    </message>
    <message>
      <source>Drop, points</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>下降，百分点</translation>
    </message>
    <message>
      <source>How many times smaller than the original</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>比原始模型缩小的倍数</translation>
    </message>
    <message>
      <source>How the drop was obtained: held-out samples had no part in the choice</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>下降的来源：留出样本没有参与选择</translation>
    </message>
    <message>
      <source>Loss against the original on the same samples, with its 95 % interval</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>相同样本上相对原始模型的下降，带 95 % 区间</translation>
    </message>
    <message>
      <source>Recipes</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>配方</translation>
    </message>
    <message>
      <source>The original's metric less the drop</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>原始模型的指标减去下降</translation>
    </message>
    <message>
      <source>The whole recipe: what each layer is given</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>完整配方：每层的步骤</translation>
    </message>
    <message>
      <source>{name} ({role})</source>
      <extracomment>workbench/ui/tabs/plan/table.py</extracomment>
      <translation>{name}（{role}）</translation>
    </message>
    <message>
      <source>All layers: {steps}</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>所有层：{steps}</translation>
    </message>
    <message>
      <source>Layer by layer {n}</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>逐层 {n}</translation>
    </message>
    <message>
      <source>Search {n}</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>搜索 {n}</translation>
    </message>
    <message>
      <source>best for the goal</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>最符合目标</translation>
    </message>
    <message>
      <source>current recipe</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>当前配方</translation>
    </message>
    <message>
      <source>held out, {n}</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>留出，{n}</translation>
    </message>
    <message>
      <source>measured, {n}</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>实测，{n}</translation>
    </message>
    <message>
      <source>reference</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>参考</translation>
    </message>
    <message>
      <source>snapshot</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>快照</translation>
    </message>
    <message>
      <source>{energy} mJ by rule</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>{energy} mJ（按规则）</translation>
    </message>
    <message>
      <source>{energy} mJ measured</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>{energy} mJ（实测）</translation>
    </message>
    <message>
      <source>{how} samples</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>{how} 个样本</translation>
    </message>
    <message>
      <source>{layers} {steps}</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>{layers} {steps}</translation>
    </message>
    <message>
      <source>{name}, retrained</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>{name}，已重新训练</translation>
    </message>
    <message>
      <source>{n} MACs</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>{n} MAC</translation>
    </message>
    <message>
      <source>{n} layers otherwise</source>
      <extracomment>workbench/ui/tabs/plan/words.py</extracomment>
      <translation>其余 {n} 层</translation>
    </message>
    <message>
      <source>Drag the stage to another place ({up}, {down})</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>将阶段拖到其他位置（{up}、{down}）</translation>
    </message>
    <message>
      <source>Model files with the same inputs and outputs; several are averaged. Without any, the original model is the teacher.</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>输入和输出相同的模型文件；多个则取平均。不选时，原始模型作为教师模型。</translation>
    </message>
    <message>
      <source>Move down</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>下移</translation>
    </message>
    <message>
      <source>Move up</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>上移</translation>
    </message>
    <message>
      <source>Select teachers</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>选择教师模型</translation>
    </message>
    <message>
      <source>Select teachers…</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>选择教师模型…</translation>
    </message>
    <message>
      <source>Teacher: {names}</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>教师模型：{names}</translation>
    </message>
    <message>
      <source>the original model</source>
      <extracomment>workbench/ui/tabs/recover/stage_card.py</extracomment>
      <translation>原始模型</translation>
    </message>
    <message>
      <source>Add a training stage</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>添加训练阶段</translation>
    </message>
    <message>
      <source>Not trained yet. All figures are of the model before training.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>尚未训练。所有数值都属于训练前的模型。</translation>
    </message>
    <message>
      <source>On held-out samples</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>在留出样本上</translation>
    </message>
    <message>
      <source>Paused. Press Resume to continue.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>已暂停。按“继续”接着训练。</translation>
    </message>
    <message>
      <source>Result</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>结果</translation>
    </message>
    <message>
      <source>Runs per temperature</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>每个温度的训练次数</translation>
    </message>
    <message>
      <source>Stop, keep best</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>停止并保留最佳</translation>
    </message>
    <message>
      <source>Training after compression recovers accuracy. Zeros, factors and quantisation levels are preserved, so the file stays as small.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>压缩后的训练可以恢复精度。零、因子和量化级别保持不变，因此文件同样小。</translation>
    </message>
    <message>
      <source>Training as a whole, on the measured samples: {words}.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>训练整体效果（在测量样本上）：{words}。</translation>
    </message>
    <message>
      <source>Training at each temperature in turn, from the same start.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>依次在各个温度下训练，起点相同。</translation>
    </message>
    <message>
      <source>Training device</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>训练设备</translation>
    </message>
    <message>
      <source>Training loss</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>训练损失</translation>
    </message>
    <message>
      <source>Training stages</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>训练阶段</translation>
    </message>
    <message>
      <source>Training. The best state on the left curve is kept.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>正在训练。保留左侧曲线上的最佳状态。</translation>
    </message>
    <message>
      <source>Training. What was learned is compared with the start when it is done.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>正在训练。完成后会将学习结果与训练前进行比较。</translation>
    </message>
    <message>
      <source>Trains at temperatures from 1 to 20, each from the same start, and plots the metric.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>在 1 到 20 的各个温度下从同一起点训练，并画出指标。</translation>
    </message>
    <message>
      <source>Use best temperature</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>采用最佳温度</translation>
    </message>
    <message>
      <source>Use {words}</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>采用 {words}</translation>
    </message>
    <message>
      <source>add a training stage</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>添加训练阶段</translation>
    </message>
    <message>
      <source>loss</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>损失</translation>
    </message>
    <message>
      <source>metric</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>指标</translation>
    </message>
    <message>
      <source>order of training stages</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>训练阶段的顺序</translation>
    </message>
    <message>
      <source>remove a training stage</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>移除训练阶段</translation>
    </message>
    <message>
      <source>seeds: </source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>种子数：</translation>
    </message>
    <message>
      <source>temperature</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>温度</translation>
    </message>
    <message>
      <source>{stage}: {metric} {before} → {after}, measured on {held} held-out samples (trained on {trained}); best after {best} of {epochs} epochs, {time}.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>{stage}：{metric} {before} → {after}，在 {held} 个留出样本上实测（用 {trained} 个样本训练）；共 {epochs} 轮，第 {best} 轮后最佳，用时 {time}。</translation>
    </message>
    <message>
      <source>{stage}: {metric} {before} → {after}, measured on {held} held-out samples; {time}.</source>
      <extracomment>workbench/ui/tabs/recover/tab.py</extracomment>
      <translation>{stage}：{metric} {before} → {after}，在 {held} 个留出样本上测得；{time}。</translation>
    </message>
    <message>
      <source>({low} to {high}, {count} seeds)</source>
      <extracomment>workbench/ui/tabs/recover/temperatures.py</extracomment>
      <translation>（{low} 至 {high}，{count} 个种子）</translation>
    </message>
    <message>
      <source>One point appears here per training run.</source>
      <extracomment>workbench/ui/tabs/recover/temperatures.py</extracomment>
      <translation>每次训练在此显示一个点。</translation>
    </message>
    <message>
      <source>Temperatures, held out</source>
      <extracomment>workbench/ui/tabs/recover/temperatures.py</extracomment>
      <translation>各温度，留出样本</translation>
    </message>
    <message>
      <source>Add steps of this layer: {steps}</source>
      <extracomment>workbench/ui/tabs/sensitivity/candidates.py</extracomment>
      <translation>添加该层的步骤：{steps}</translation>
    </message>
    <message>
      <source>Candidates for each layer</source>
      <extracomment>workbench/ui/tabs/sensitivity/candidates.py</extracomment>
      <translation>每层的候选</translation>
    </message>
    <message>
      <source>None</source>
      <extracomment>workbench/ui/tabs/sensitivity/candidates.py</extracomment>
      <translation>无</translation>
    </message>
    <message>
      <source>{n} candidates</source>
      <extracomment>workbench/ui/tabs/sensitivity/candidates.py</extracomment>
      <translation>{n} 个候选</translation>
    </message>
    <message>
      <source>{candidate}
Click to sort; a third click restores the order of the model.</source>
      <extracomment>workbench/ui/tabs/sensitivity/matrix.py</extracomment>
      <translation>{candidate}
单击按此列排序；第三次单击恢复模型中的顺序。</translation>
    </message>
    <message>
      <source>Loss in points or in the metric's unit. Colour scale: square root, so that small losses can be told apart. Hatched: predicted only.</source>
      <extracomment>workbench/ui/tabs/sensitivity/panel.py</extracomment>
      <translation>损失以百分点或指标的单位表示。颜色按平方根变化，便于区分小的损失。斜线：仅为预测。</translation>
    </message>
    <message>
      <source>Loss per layer</source>
      <extracomment>workbench/ui/tabs/sensitivity/panel.py</extracomment>
      <translation>每层的损失</translation>
    </message>
    <message>
      <source>Loss per layer and candidate</source>
      <extracomment>workbench/ui/tabs/sensitivity/panel.py</extracomment>
      <translation>每层每个候选的损失</translation>
    </message>
    <message>
      <source>{metric}, {n} samples</source>
      <extracomment>workbench/ui/tabs/sensitivity/panel.py</extracomment>
      <translation>{metric}，{n} 个样本</translation>
    </message>
    <message>
      <source>A row for each block of the model, whose layers all get the candidate. Losses are estimated in one pass over the blocks.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>模型的每个块占一行，块中所有层都应用该候选。损失通过对各块的一次遍历估计。</translation>
    </message>
    <message>
      <source>Apply to this layer</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>应用到该层</translation>
    </message>
    <message>
      <source>Apply to {n} layers</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>应用到 {n} 层</translation>
    </message>
    <message>
      <source>Candidates to measure</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>要测量的候选</translation>
    </message>
    <message>
      <source>Candidates: {candidates}; layers: {layers}; samples for each measurement: {n}. Runs in the background; your edits take priority.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>候选 {candidates} 个；层 {layers} 个；每次测量 {n} 个样本。在后台运行；您的编辑优先。</translation>
    </message>
    <message>
      <source>Layers to scan</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>要扫描的层</translation>
    </message>
    <message>
      <source>Losses are measured on samples. Open a data set first.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>损失在样本上测量。请先打开数据集。</translation>
    </message>
    <message>
      <source>Measure all</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>全部测量</translation>
    </message>
    <message>
      <source>Measure automatically</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>自动测量</translation>
    </message>
    <message>
      <source>Measure best quarter</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>测量最好的四分之一</translation>
    </message>
    <message>
      <source>Measure better half</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>测量较好的一半</translation>
    </message>
    <message>
      <source>Minutes after which the scan ends with what it has</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>扫描到此分钟数后以现有结果结束</translation>
    </message>
    <message>
      <source>Scan</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>扫描</translation>
    </message>
    <message>
      <source>Select a cell for details; Enter or a double-click applies it.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>选择单元格查看详情；按回车或双击即可应用。</translation>
    </message>
    <message>
      <source>Selected layers</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>所选的层</translation>
    </message>
    <message>
      <source>Stop scanning</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>停止扫描</translation>
    </message>
    <message>
      <source>The loss of every candidate is predicted first, which is fast. Measuring takes longer, so the worst candidates can be left out. Automatically: all, or a few where losses are estimated in one pass over the model's blocks.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>首先预测每个候选的损失，速度很快。测量耗时较长，因此可以省略最差的候选。自动：测量全部；若损失通过对模型各块的一次遍历估计，则只测量少数几个。</translation>
    </message>
    <message>
      <source>Tick at least one candidate.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>请至少勾选一个候选。</translation>
    </message>
    <message>
      <source>Tries each candidate on all layers of a block at once. Losses are estimated in one pass over the blocks, and a few are measured. Blocks with a small loss can be compressed most.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>将每个候选同时应用于一个块的所有层。损失通过对各块的一次遍历估计，其中少数经过实测。损失小的块可以压缩得最多。</translation>
    </message>
    <message>
      <source>Tries each candidate on each layer alone and measures the loss of the model. Layers with a small loss can be compressed most.</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>在每一层上单独尝试每个候选，并测量模型的损失。损失小的层可以压缩得最多。</translation>
    </message>
    <message>
      <source>apply {candidate}</source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>应用 {candidate}</translation>
    </message>
    <message>
      <source>minutes: </source>
      <extracomment>workbench/ui/tabs/sensitivity/scan_page.py</extracomment>
      <translation>分钟数：</translation>
    </message>
    <message>
      <source>Allowed drop</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>允许下降</translation>
    </message>
    <message>
      <source>Allowed drop of the metric, in points or in its unit</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>指标允许的下降，以百分点或其单位表示</translation>
    </message>
    <message>
      <source>Curve</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>曲线</translation>
    </message>
    <message>
      <source>Enter the values as numbers, separated by commas.</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>请输入以逗号分隔的数字。</translation>
    </message>
    <message>
      <source>Layers with this method</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>采用此方法的层</translation>
    </message>
    <message>
      <source>Loss on folds not used for the proposal: {loss}.</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>在未用于该建议的折上的损失：{loss}。</translation>
    </message>
    <message>
      <source>Minutes after which the sweep ends with what it has</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>参数扫描到此分钟数后以现有结果结束</translation>
    </message>
    <message>
      <source>Numbers separated by commas; empty: an even grid over the whole range</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>以逗号分隔的数字；留空：在整个范围内取均匀网格</translation>
    </message>
    <message>
      <source>Proposed</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>建议</translation>
    </message>
    <message>
      <source>Raises one parameter step by step, with the rest of the recipe fixed, and proposes the last value within the allowed drop.</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>在配方其余部分不变的情况下逐步增大一个参数，并建议允许下降之内的最后一个取值。</translation>
    </message>
    <message>
      <source>Selected</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>所选</translation>
    </message>
    <message>
      <source>Stop sweep</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>停止扫描</translation>
    </message>
    <message>
      <source>Swept method</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>扫描的方法</translation>
    </message>
    <message>
      <source>Swept parameter</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>扫描的参数</translation>
    </message>
    <message>
      <source>The first value already exceeds the allowed drop.</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>第一个取值已超过允许下降。</translation>
    </message>
    <message>
      <source>Use value</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>采用此值</translation>
    </message>
    <message>
      <source>Values to try</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>要尝试的取值</translation>
    </message>
    <message>
      <source>Values: an even grid</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>取值：均匀网格</translation>
    </message>
    <message>
      <source>allowed drop: </source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>允许下降：</translation>
    </message>
    <message>
      <source>drop {loss} (95 % interval {low} … {high}), ● measured, {n} samples in {folds} folds</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>下降 {loss}（95 % 区间 {low} … {high}），● 实测，{n} 个样本分 {folds} 折</translation>
    </message>
    <message>
      <source>on {n} layers</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>作用于 {n} 层</translation>
    </message>
    <message>
      <source>points</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>个百分点</translation>
    </message>
    <message>
      <source>use {parameter} {value}</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_page.py</extracomment>
      <translation>采用 {parameter} {value}</translation>
    </message>
    <message>
      <source>Band: ± one standard deviation over the folds. Dashed: the original, and the allowed drop from it.</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_plot.py</extracomment>
      <translation>色带：各折的 ± 一个标准差。虚线：原始模型，以及允许的下降。</translation>
    </message>
    <message>
      <source>Metric by parameter</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_plot.py</extracomment>
      <translation>指标随参数的变化</translation>
    </message>
    <message>
      <source>The sweep curve appears here.</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_plot.py</extracomment>
      <translation>扫描曲线显示在这里。</translation>
    </message>
    <message>
      <source>proposed</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_plot.py</extracomment>
      <translation>建议</translation>
    </message>
    <message>
      <source>significant</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_plot.py</extracomment>
      <translation>显著</translation>
    </message>
    <message>
      <source>{setting}: {metric} {value}, drop {loss} (folds ± {std}), {size}</source>
      <extracomment>workbench/ui/tabs/sensitivity/sweep_plot.py</extracomment>
      <translation>{setting}：{metric} {value}，下降 {loss}（各折 ± {std}），{size}</translation>
    </message>
    <message>
      <source>Layers × candidates</source>
      <extracomment>workbench/ui/tabs/sensitivity/tab.py</extracomment>
      <translation>层 × 候选</translation>
    </message>
    <message>
      <source>One parameter</source>
      <extracomment>workbench/ui/tabs/sensitivity/tab.py</extracomment>
      <translation>单个参数</translation>
    </message>
    <message>
      <source>Candidates</source>
      <extracomment>workbench/ui/tabs/sensitivity/table.py</extracomment>
      <translation>候选</translation>
    </message>
    <message>
      <source>, not significant</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>，差异不显著</translation>
    </message>
    <message>
      <source>Applied to the {n} layers of this block</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>应用于此块的 {n} 个层</translation>
    </message>
    <message>
      <source>Applied to {n} coupled layers at once: {layers}</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>同时应用于 {n} 个耦合的层：{layers}</translation>
    </message>
    <message>
      <source>not measured yet</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>尚未测量</translation>
    </message>
    <message>
      <source>not tried yet</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>尚未尝试</translation>
    </message>
    <message>
      <source>raced: {n} of {total} samples were enough</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>竞速：{total} 个样本中 {n} 个已足够</translation>
    </message>
    <message>
      <source>raced: {n} of {total} samples, then another candidate was clearly better</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>竞速：{total} 个样本中测量了 {n} 个，之后另一候选明显更好</translation>
    </message>
    <message>
      <source>{metric} {change}, estimated from the error of its block, not measured (divergence {rise})</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>{metric} {change}，由所在块的误差估计，未测量（散度 {rise}）</translation>
    </message>
    <message>
      <source>{metric} {change}, predicted from gradients, not measured (divergence {rise})</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>{metric} {change}，由梯度预测，未测量（散度 {rise}）</translation>
    </message>
    <message>
      <source>{metric} {change}, predicted from the layer's inputs, not measured (relative error {rise})</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>{metric} {change}，由层输入预测，未测量（相对误差 {rise}）</translation>
    </message>
    <message>
      <source>{metric} {change}, {source}</source>
      <extracomment>workbench/ui/tabs/sensitivity/words.py</extracomment>
      <translation>{metric} {change}，{source}</translation>
    </message>
    <message>
      <source>no time limit</source>
      <extracomment>workbench/ui/tabs/time_limit.py</extracomment>
      <translation>不限时</translation>
    </message>
    <message>
      <source>Channels can't be pruned: {reason}</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>通道不能裁剪：{reason}</translation>
    </message>
    <message>
      <source>Channels coupled with {layers} (pruned together)</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>通道须与下列层一并裁剪：{layers}</translation>
    </message>
    <message>
      <source>packed safetensors</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>safetensors，压缩存储</translation>
    </message>
    <message>
      <source>safetensors, weights only</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>safetensors，仅权重</translation>
    </message>
    <message>
      <source>state dict, weights only</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>state dict，仅权重</translation>
    </message>
    <message>
      <source>{kernel} depthwise, {shape}</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>{kernel} 深度卷积，{shape}</translation>
    </message>
    <message>
      <source>{shape}, {n} groups</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>{shape}，{n} 组</translation>
    </message>
    <message>
      <source>{title}: {settings}</source>
      <extracomment>workbench/ui/text/describe.py</extracomment>
      <translation>{title}：{settings}</translation>
    </message>
    <message>
      <source>, {size} in memory</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>，内存占用 {size}</translation>
    </message>
    <message>
      <source>Computed from the recipe; nothing was run or written yet.</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>由配方算出；尚未运行或写出。</translation>
    </message>
    <message>
      <source>Measured in fresh processes: load time {before} → {after} s, memory after loading {kept}, peak memory {peak}.</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>在全新进程中实测：加载时间 {before} → {after} s，加载后内存 {kept}，峰值内存 {peak}。</translation>
    </message>
    <message>
      <source>Measured on all samples by running the edited model.</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>运行编辑后的模型，在全部样本上实测。</translation>
    </message>
    <message>
      <source>Measured on part of the samples by running the edited model; 95 % confidence interval.</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>运行编辑后的模型，在部分样本上实测；95 % 置信区间。</translation>
    </message>
    <message>
      <source>Measured on the exported file, after reopening it.</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>重新打开导出的文件后测得。</translation>
    </message>
    <message>
      <source>about unchanged</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>基本未改变</translation>
    </message>
    <message>
      <source>beyond what was measured</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>超出实测范围</translation>
    </message>
    <message>
      <source>clear effect</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>影响明显</translation>
    </message>
    <message>
      <source>estimated</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>估计</translation>
    </message>
    <message>
      <source>forecast</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>预估</translation>
    </message>
    <message>
      <source>hardly any effect</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>几乎没有影响</translation>
    </message>
    <message>
      <source>large effect</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>影响很大</translation>
    </message>
    <message>
      <source>measured</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>实测</translation>
    </message>
    <message>
      <source>more than {loss} lost</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>损失超过 {loss}</translation>
    </message>
    <message>
      <source>small effect</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>影响较小</translation>
    </message>
    <message>
      <source>verified</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>已验证</translation>
    </message>
    <message>
      <source>worse by more than {loss}</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>变差超过 {loss}</translation>
    </message>
    <message>
      <source>{change} (beyond what was measured)</source>
      <extracomment>workbench/ui/text/format.py</extracomment>
      <translation>{change}（超出实测范围）</translation>
    </message>
    <message>
      <source>{name}: {figures}</source>
      <extracomment>workbench/ui/text/i18n.py</extracomment>
      <translation>{name}：{figures}</translation>
    </message>
    <message>
      <source>{text}.</source>
      <extracomment>workbench/ui/text/i18n.py</extracomment>
      <translation>{text}。</translation>
    </message>
    <message>
      <source>Compute the rest on this machine alone; nothing is lost</source>
      <extracomment>workbench/ui/text/waiting.py</extracomment>
      <translation>其余部分仅在本机计算；不会丢失任何结果</translation>
    </message>
    <message>
      <source>Continue here</source>
      <extracomment>workbench/ui/text/waiting.py</extracomment>
      <translation>在本机继续</translation>
    </message>
    <message>
      <source>Add a step: prune, factorise, distil or quantise. Its form shows the effect on this layer, and why a method is not available.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>添加步骤：剪枝、低秩分解、蒸馏或量化。表单显示它对该层的作用，以及某个方法不可用的原因。</translation>
    </message>
    <message>
      <source>All layers as a tree; bars show their size. Select one, or several with Ctrl; the box above filters them.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>以树形列出所有层，条形表示大小。单击选择一层，按住 Ctrl 可选择多层；上方的输入框用于筛选。</translation>
    </message>
    <message>
      <source>Ctrl+K finds any command by a few letters. Ctrl+Z undoes any change. Help lists all shortcuts.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>按 Ctrl+K 后输入几个字母即可找到任何命令。Ctrl+Z 撤销任何更改。“帮助”中列有全部快捷键。</translation>
    </message>
    <message>
      <source>Each value has a slider. Size and accuracy follow while you drag it; Ctrl+Z takes it back.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>每个值都有滑块。拖动时大小和准确率随之变化；按 Ctrl+Z 撤销。</translation>
    </message>
    <message>
      <source>Size, accuracy and MACs of the original and the compressed model. Marks show how a figure was obtained: ○ forecast, ◐ estimated, ● measured, ✓ verified in the exported file.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>原始模型与压缩模型的大小、准确率和乘加次数。符号表示数值的来源：○ 预估，◐ 估计，● 实测，✓ 已在导出的文件中验证。</translation>
    </message>
    <message>
      <source>The exported file is reopened, run and compared with the preview.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>导出的文件会被重新打开、运行，并与预览比较。</translation>
    </message>
    <message>
      <source>Try it: add a step, such as Integer (affine).</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>试一试：添加一个步骤，例如整数（仿射）。</translation>
    </message>
    <message>
      <source>Try it: click a large layer.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>试一试：单击一个较大的层。</translation>
    </message>
    <message>
      <source>Try it: drag the slider of your step.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>试一试：拖动步骤的滑块。</translation>
    </message>
    <message>
      <source>Try it: export your model.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>试一试：导出模型。</translation>
    </message>
    <message>
      <source>Weights and singular values of the selected layer. Drag the lines to set the parameters of its steps. The other tabs show the whole model.</source>
      <extracomment>workbench/ui/tour/stops.py</extracomment>
      <translation>所选层的权重和奇异值。拖动图中的线可设置其步骤的参数。其他标签页显示整个模型。</translation>
    </message>
    <message>
      <source>Next</source>
      <extracomment>workbench/ui/tour/tour.py</extracomment>
      <translation>下一步</translation>
    </message>
    <message>
      <source>Skip</source>
      <extracomment>workbench/ui/tour/tour.py</extracomment>
      <translation>跳过</translation>
    </message>
    <message>
      <source>alone</source>
      <extracomment>workbench/ui/tree/data/cells.py</extracomment>
      <translation>保持不变</translation>
    </message>
    <message>
      <source>{n} edited</source>
      <extracomment>workbench/ui/tree/data/cells.py</extracomment>
      <translation>已编辑 {n} 层</translation>
    </message>
    <message>
      <source>Colour layers by</source>
      <extracomment>workbench/ui/tree/data/columns.py</extracomment>
      <translation>层的着色依据</translation>
    </message>
    <message>
      <source>Group by</source>
      <extracomment>workbench/ui/tree/data/grouping.py</extracomment>
      <translation>分组依据</translation>
    </message>
    <message>
      <source>Module</source>
      <extracomment>workbench/ui/tree/data/grouping.py</extracomment>
      <translation>模块</translation>
    </message>
    <message>
      <source>below {most}</source>
      <extracomment>workbench/ui/tree/data/grouping.py</extracomment>
      <translation>{most} 以下</translation>
    </message>
    <message>
      <source>from {least}</source>
      <extracomment>workbench/ui/tree/data/grouping.py</extracomment>
      <translation>{least} 及以上</translation>
    </message>
    <message>
      <source>Bytes</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>字节</translation>
    </message>
    <message>
      <source>Cannot be edited: {reason}</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>不能编辑：{reason}</translation>
    </message>
    <message>
      <source>Left alone: no steps with other layers, by presets or by a search</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>保持不变：不会与其他层一起添加步骤，预设和搜索也会跳过</translation>
    </message>
    <message>
      <source>Loss</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>损失</translation>
    </message>
    <message>
      <source>Loss of the model with the candidate selected in the sensitivity matrix on one layer alone: {candidate}</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>仅一层采用敏感度矩阵中所选候选时，模型的损失：{candidate}</translation>
    </message>
    <message>
      <source>Loss: {candidate}</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>损失：{candidate}</translation>
    </message>
    <message>
      <source>New bytes</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>压缩后</translation>
    </message>
    <message>
      <source>Of the original weights</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>按原始权重计算</translation>
    </message>
    <message>
      <source>Rank for 90 %</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>90 % 能量的秩</translation>
    </message>
    <message>
      <source>Read by {n} nodes of the graph.</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>计算图中有 {n} 个节点读取。</translation>
    </message>
    <message>
      <source>Share of one run's time, measured in ONNX Runtime for the current recipe (Run &gt; Measure layers). Empty: the runtime has fused the layer into another operator.</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>单次运行耗时的占比，针对当前配方在 ONNX Runtime 中测得（运行 &gt; 测量各层耗时）。为空：运行时已将该层并入其他算子。</translation>
    </message>
    <message>
      <source>Zeros</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>零值</translation>
    </message>
    <message>
      <source>exact</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>精确</translation>
    </message>
    <message>
      <source>{metric} drop {loss} with {candidate} on this layer alone (measured)</source>
      <extracomment>workbench/ui/tree/data/model.py</extracomment>
      <translation>仅此层采用 {candidate} 时，{metric} 下降 {loss}（实测）</translation>
    </message>
    <message>
      <source>Copy {title}</source>
      <extracomment>workbench/ui/tree/step_drop.py</extracomment>
      <translation>复制{title}</translation>
    </message>
    <message>
      <source>Copy {title} to {layer}</source>
      <extracomment>workbench/ui/tree/step_drop.py</extracomment>
      <translation>将{title}复制到 {layer}</translation>
    </message>
    <message>
      <source>Copy {title} to {n} layers</source>
      <extracomment>workbench/ui/tree/step_drop.py</extracomment>
      <translation>将{title}复制到 {n} 层</translation>
    </message>
    <message>
      <source>The recipe leaves this layer alone.</source>
      <extracomment>workbench/ui/tree/step_drop.py</extracomment>
      <translation>配方不改动这一层。</translation>
    </message>
    <message>
      <source>The step is of this layer.</source>
      <extracomment>workbench/ui/tree/step_drop.py</extracomment>
      <translation>该步骤就来自这一层。</translation>
    </message>
    <message>
      <source>Collapse all</source>
      <extracomment>workbench/ui/tree/view.py</extracomment>
      <translation>全部折叠</translation>
    </message>
    <message>
      <source>Every word must match: part of a name, op:gemm, params&gt;1e5, bytes&lt;=20k, macs&gt;1M, has:prune, is:edited, is:alone, is:locked</source>
      <extracomment>workbench/ui/tree/view.py</extracomment>
      <translation>每个词都须匹配：名称的一部分、op:gemm、params&gt;1e5、bytes&lt;=20k、macs&gt;1M、has:prune、is:edited、is:alone、is:locked</translation>
    </message>
    <message>
      <source>Expand all</source>
      <extracomment>workbench/ui/tree/view.py</extracomment>
      <translation>全部展开</translation>
    </message>
    <message>
      <source>Filter: name, op:conv, params&gt;10k</source>
      <extracomment>workbench/ui/tree/view.py</extracomment>
      <translation>筛选：名称、op:conv、params&gt;10k</translation>
    </message>
    <message>
      <source>No matching layers (Esc clears the filter)</source>
      <extracomment>workbench/ui/tree/view.py</extracomment>
      <translation>没有匹配的层（按 Esc 清除筛选）</translation>
    </message>
    <message>
      <source>Close {panel}</source>
      <extracomment>workbench/ui/widgets/dock_title.py</extracomment>
      <translation>关闭{panel}</translation>
    </message>
    <message>
      <source>Float {panel}</source>
      <extracomment>workbench/ui/widgets/dock_title.py</extracomment>
      <translation>浮动{panel}</translation>
    </message>
    <message>
      <source>Drop a model, data, a recipe or a sample</source>
      <extracomment>workbench/ui/widgets/drop_hint.py</extracomment>
      <translation>拖放模型、数据、配方或样本</translation>
    </message>
  </context>
</TS>
