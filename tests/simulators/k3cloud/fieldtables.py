"""Field tables, one line each: key, kind, Chinese name, and for a reference the form it looks up (if kept here)."""

PAYBILL_HEAD = """
FID int 实体主键
FBillTypeID ref 单据类型
FBillNo text 单据编号
FDOCUMENTSTATUS text 单据状态
FPAYORGID ref 付款组织 ORG_ORGANIZATIONS
FDATE date 业务日期
FCONTACTUNITTYPE text 往来单位类型
FCONTACTUNIT ref 往来单位
FCURRENCYID ref 币别 BD_CURRENCY
FSETTLEORGID ref 结算组织 ORG_ORGANIZATIONS
FRECTUNITTYPE text 收款单位类型
FRECTUNIT ref 收款单位
FPURCHASEORGID ref 采购组织 ORG_ORGANIZATIONS
FEXCHANGERATE money 汇率
FSETTLECUR ref 结算币别 BD_CURRENCY
FSETTLERATE money 结算汇率
FDepartment ref 部门
FISINIT flag 期初
FPURCHASEDEPTID ref 采购部门
FPURCHASERGROUPID ref 采购组
FPURCHASERID ref 采购员
FISSAMEORG flag 结算组织与付款组织相同
FIsCredit flag 信用
FIsWriteOff flag 转销
FMatchMethodID text 核销方式
FREALPAY flag 实报实付
FREMARK text 备注
FBookingDate date 期望付款日期
FTHIRDBILLNO text 第三方单据编号
FWBSETTLENO text 流水号
FISCARRYRATE flag 携带汇率
FMoreReceive flag 多收款人
FPRESETTEXT1 text 预留文本1
FPRESETTEXT2 text 预留文本2
FPRESETBASE1 ref 预留基础资料1
FPRESETBASE2 ref 预留基础资料2
FPRESETASSISTANT1 ref 预留辅助资料1
FPRESETASSISTANT2 ref 预留辅助资料2
FBUSINESSTYPE text 业务类型
FCancelStatus text 作废状态
FSETTLEMAINBOOKID ref 结算本位币 BD_CURRENCY
FMAINBOOKID ref 本位币 BD_CURRENCY
FSHRID text SHR标识
FSourceBillNumber text 来源票据号
FREALPAYAMOUNTFOR money 实付金额
FPAYTOTALAMOUNTFOR_H money 应付金额
FPAYAMOUNTFOR money 付款金额
FWRITTENOFFSTATUS text 核销状态
FCREATORID ref 创建人
FCREATEDATE date 创建日期
FMODIFIERID ref 修改人
FMODIFYDATE date 修改日期
FAPPROVERID ref 审核人
FAPPROVEDATE date 审核日期
"""

PAYBILL_ENTRY = """
FPAYBILLENTRY_FEntryID int 分录内码
FSETTLETYPEID ref 结算方式
FPURPOSEID ref 付款用途
FPAYITEMTYPE text 预付项目类型
FPAYITEM ref 预付项目
FPAYTOTALAMOUNTFOR money 应付金额
FPAYAMOUNTFOR_E money 付款金额
FSETTLEDISTAMOUNTFOR money 现金折扣
FOVERSHORTAGEFOR money 长短款
FSETTLEPAYAMOUNTFOR money 折后金额
FHANDLINGCHARGEFOR money 手续费
FACCOUNTID ref 我方银行账号 CN_BANKACNT
FINNERACCOUNTID ref 内部账号
FCashAccount ref 现金账号
FOPPOSITECCOUNTNAME text 对方账户名称
FOPPOSITEBANKNAME text 对方开户行
FOPPOSITEBANKACCOUNT text 对方银行账号
FSETTLENO text 结算号
FCOMMENT text 备注
FPURCHASEORDERID int 采购订单内码
FPURCHASEORDERNO text 采购订单号
FOpenAddressRec text 开户行地址
FCNAPS text 联行号
FRecType text 收款类型
FRuZhangType text 入账类型
FPayType text 支付类型
FCOSTID ref 费用项目
FEXPENSEDEPTID_E ref 费用承担部门
FPAYAMOUNT_E money 付款金额本位币
FPOSTDATE date 登账日期
FMATERIALID ref 物料
FTaxAmt money 税额
FNOTVERIFICATEAMOUNT money 未核销金额
FBankDetail ref 银行网点
FLinkRowId text 关联行ID
FRELATEREFUNDAMOUNT money 已退款金额
FREALPAYAMOUNTFOR_D money 表体-实付金额
FServiceChargeBear text 费用承担方
FOverseaPay flag 境外支付
"""

PAYBILL_SOURCE = """
FPAYBILLSRCENTRY_FEntryID int 分录内码
FSOURCETYPE text 源单类型
FSRCBILLNO text 源单编号
FTAXAMOUNT money 应付金额
FPAYPURPOSEID ref 付款用途
FSRCCOSTID ref 费用项目
FEXPENSEDEPTID ref 费用承担部门
FSRCPRICEUNITID ref 计价单位
FSRCPRICE money 单价
FSRCQTY money 数量
FTAXAMOUNTLOC money 应付金额本位币
FPLANPAYAMOUNTLOC money 应付款金额本位币
FSRCREMARK text 备注
FSrcLinkRowId text 关联行ID
FSETTLEAMOUNT money 结算金额
FREALPAYAMOUNT money 本次付款金额
FREALPAYAMOUNTLOC money 本次付款金额本位币
FPAYBILLSRCENTRY_Link_FLinkId int 关联内码
FPAYBILLSRCENTRY_Link_FRuleId text 转换规则
FPAYBILLSRCENTRY_Link_FSTableName text 源单表
FPAYBILLSRCENTRY_Link_FSBillId int 源单内码
FPAYBILLSRCENTRY_Link_FSId int 源单分录内码
"""

PAYAPPLY_HEAD = """
FID int 实体主键
FBillNo text 单据编号
FBILLTYPEID ref 单据类型
FDATE date 申请日期
FCONTACTUNITTYPE text 往来单位类型
FCONTACTUNIT ref 往来单位
FRECTUNITTYPE text 收款单位类型
FRECTUNIT ref 收款单位
FCURRENCYID ref 币别 BD_CURRENCY
FPAYAMOUNTFOR_H money 应付金额
FAPPLYAMOUNTFOR_H money 申请付款金额
FSETTLECUR ref 结算币别 BD_CURRENCY
FSETTLEORGID ref 结算组织 ORG_ORGANIZATIONS
FPAYORGID ref 付款组织 ORG_ORGANIZATIONS
FAPPLYORGID ref 申请组织 ORG_ORGANIZATIONS
FCREATORID ref 创建人
FCREATEDATE date 创建日期
FAPPROVERID ref 审核人
FAPPROVEDATE date 审核日期
FDEPARTMENT ref 部门
FDOCUMENTSTATUS text 单据状态
FCLOSESTATUS text 关闭状态
FCANCELSTATUS text 作废状态
FIsCredit flag 信用
FDescription text 备注
"""

PAYAPPLY_ENTRY = """
FPAYAPPLYENTRY_FEntryID int 分录内码
FCOSTID ref 费用项目
FPAYPURPOSEID ref 付款用途
FENDDATE date 到期日
FEXPECTPAYDATE date 期望付款日
FAPPLYAMOUNTFOR money 申请付款金额
FPAYAMOUNTFOR money 应付金额
FSETTLETYPEID ref 结算方式
FEACHBANKACCOUNT text 对方银行账号
FEACHCCOUNTNAME text 对方账户名称
FEACHBANKNAME text 对方开户行
FSRCBILLNO text 源单编号
FORDERENTRYID int 订单分录内码
"""

BANKACNT = """
FBANKACNTID int 实体主键
FNumber text 账号编码
FName text 账户名称
FBANKID ref 银行
FCreateOrgId ref 创建组织 ORG_ORGANIZATIONS
FUseOrgId ref 使用组织 ORG_ORGANIZATIONS
FInOrOut text 账户收支属性
FACNTBRANCHNUMBER text 联行号
FIsCancel flag 是否销户
FISDEFAULTBANK flag 默认账号
FIsSupBank flag 支持网银
FINNERACCOUNTID ref 内部账户
FFORBIDSTATUS text 禁用状态
FDOCUMENTSTATUS text 单据状态
FDescription text 描述
"""

ORGANIZATIONS = """
FORGID int 实体主键
FNumber text 编码
FName text 名称
FDOCUMENTSTATUS text 数据状态
FFORBIDSTATUS text 禁用状态
FDescription text 描述
"""

CURRENCY = """
FCURRENCYID int 实体主键
FNumber text 编码
FName text 名称
FCODE text 货币代码
FDOCUMENTSTATUS text 数据状态
FFORBIDSTATUS text 禁用状态
"""

ANY_BILL_HEAD = """
FID int 实体主键
FBillNo text 单据编号
FDOCUMENTSTATUS text 单据状态
FCancelStatus text 作废状态
FCREATORID ref 创建人
FCREATEDATE date 创建日期
FMODIFIERID ref 修改人
FMODIFYDATE date 修改日期
FAPPROVERID ref 审核人
FAPPROVEDATE date 审核日期
"""
